-- Replies of judges to what the verdicts here needed decided, out of the ledger: all that were ever given to the
-- same call, so that one that was asked again has several rows.
CREATE TABLE judge_calls (
    judgement VARCHAR NOT NULL CHECK (length(judgement) = 64),
    question VARCHAR NOT NULL,
    options VARCHAR[] NOT NULL,
    gold VARCHAR NOT NULL,
    candidate VARCHAR NOT NULL,
    judge_model VARCHAR NOT NULL,
    base_url VARCHAR NOT NULL,
    served_model VARCHAR NOT NULL,
    prompt_digest VARCHAR NOT NULL,
    decoding JSON NOT NULL,
    reply VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL CHECK (verdict IN ('correct', 'wrong', 'unparsed')),
    reason VARCHAR,
    input_tokens INTEGER NOT NULL CHECK (input_tokens >= 0),
    output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
    seconds DOUBLE NOT NULL CHECK (seconds >= 0),
    time VARCHAR NOT NULL,
    PRIMARY KEY (judgement, served_model, time)
);

COMMENT ON TABLE judge_calls IS 'Replies of judges that the verdicts here refer to, and all others to the same calls, out of results/ledger.sqlite as it was at the aggregate; empty without one.';
COMMENT ON COLUMN judge_calls.judgement IS 'SHA-256 of all that determines the call; verdicts.judgement names it.';
COMMENT ON COLUMN judge_calls.question IS 'The question as the judge was told it.';
COMMENT ON COLUMN judge_calls.options IS 'Its options in order; empty: an open question.';
COMMENT ON COLUMN judge_calls.gold IS 'The right answer as the judge was told it.';
COMMENT ON COLUMN judge_calls.candidate IS 'The answer, or the whole reply, that was judged.';
COMMENT ON COLUMN judge_calls.judge_model IS 'The judge as it was asked for.';
COMMENT ON COLUMN judge_calls.base_url IS 'Its server.';
COMMENT ON COLUMN judge_calls.served_model IS 'What the server says which model replied.';
COMMENT ON COLUMN judge_calls.prompt_digest IS 'SHA-256 of the prompt file.';
COMMENT ON COLUMN judge_calls.decoding IS 'All other settings that the reply depends on.';
COMMENT ON COLUMN judge_calls.reply IS 'What the judge wrote.';
COMMENT ON COLUMN judge_calls.verdict IS 'What was read from the reply: correct, wrong, unparsed.';
COMMENT ON COLUMN judge_calls.reason IS 'Why a reply is unparsed; NULL: it is not.';
COMMENT ON COLUMN judge_calls.input_tokens IS 'Tokens of the prompt, as the server counts them.';
COMMENT ON COLUMN judge_calls.output_tokens IS 'Tokens of the reply, as the server counts them.';
COMMENT ON COLUMN judge_calls.seconds IS 'Time that the call took, in seconds.';
COMMENT ON COLUMN judge_calls.time IS 'When the reply was stored (UTC, ISO 8601).';
