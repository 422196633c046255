-- The score of one prediction under a protocol and a label set; unparsed and failed have no score.
-- judgement is the key in the ledger of the judge's reply that decided, NULL where rules did.
CREATE TABLE verdicts (
    run VARCHAR NOT NULL,
    protocol VARCHAR NOT NULL REFERENCES protocols (protocol),
    sample_id VARCHAR NOT NULL,
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
    PRIMARY KEY (run, protocol, sample_id, labels),
    FOREIGN KEY (run, sample_id) REFERENCES predictions (run, sample_id)
);

COMMENT ON TABLE verdicts IS 'The score of one prediction under a protocol and a label set.';
COMMENT ON COLUMN verdicts.run IS 'The run; a row of runs.';
COMMENT ON COLUMN verdicts.protocol IS 'The protocol; a row of protocols.';
COMMENT ON COLUMN verdicts.sample_id IS 'The sample; a row of samples.';
COMMENT ON COLUMN verdicts.labels IS 'Label set: released, official, corrected.';
COMMENT ON COLUMN verdicts.verdict IS 'correct, wrong, unparsed (no answer could be read), failed (no answer, no gold, or no judgement).';
COMMENT ON COLUMN verdicts.score IS '1 correct, 0 wrong; NULL: unparsed or failed.';
COMMENT ON COLUMN verdicts.extracted IS 'The answer as it was read; NULL: none could be.';
COMMENT ON COLUMN verdicts.compared IS 'What of it was held against the gold: 0.50 and 0.5 are one answer; NULL: nothing.';
COMMENT ON COLUMN verdicts.rule IS 'What decided: a rule, or the judge; no gold: the sample has none under these labels.';
COMMENT ON COLUMN verdicts.reason IS 'Why there is no score; NULL: there is one.';
COMMENT ON COLUMN verdicts.judgement IS 'Key of the judge''s reply that decided (judge_calls); NULL: rules did.';
COMMENT ON COLUMN verdicts.judge_model IS 'What the judge''s server says which model replied; NULL: rules decided.';
COMMENT ON COLUMN verdicts.judge_reply IS 'What the judge wrote; NULL: rules decided.';
COMMENT ON COLUMN verdicts.input_tokens IS 'Tokens of the judge''s prompt, whenever it was asked; 0: rules decided.';
COMMENT ON COLUMN verdicts.output_tokens IS 'Tokens of the judge''s reply; 0: rules decided.';
