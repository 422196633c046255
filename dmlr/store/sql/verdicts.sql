-- The score of one prediction under a protocol and a label set; unparsed and failed have no score.
-- judgement is the key in the ledger of the judge's reply that decided, NULL where rules did.
CREATE TABLE verdicts (
    run VARCHAR NOT NULL REFERENCES runs (run),
    protocol VARCHAR NOT NULL,
    sample_id VARCHAR NOT NULL REFERENCES samples (sample_id),
    labels VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL CHECK (verdict IN ('correct', 'wrong', 'unparsed', 'failed')),
    score TINYINT CHECK (
        score IS NOT DISTINCT FROM
        CASE verdict WHEN 'correct' THEN 1 WHEN 'wrong' THEN 0 END
    ),
    extracted VARCHAR,
    compared VARCHAR,
    rule VARCHAR NOT NULL,
    reason VARCHAR,
    judgement VARCHAR,
    judge_model VARCHAR,
    judge_reply VARCHAR,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    PRIMARY KEY (run, protocol, sample_id, labels)
);
