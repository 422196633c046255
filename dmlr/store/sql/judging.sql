-- What the judgements of a run took, whenever they were asked: one that two label sets share counts once,
-- one that two runs share in both. dollars is NULL where a price is unknown.
CREATE VIEW judging AS
WITH told AS (
    SELECT DISTINCT run, protocol, judgement, judge_model, input_tokens, output_tokens
    FROM verdicts
    WHERE judgement IS NOT NULL
),
final AS (
    SELECT
        run, protocol, protocols.judge, judge_model,
        count(*) AS judgements,
        sum(input_tokens) AS input_tokens,
        sum(output_tokens) AS output_tokens,
        sum(input_tokens * input_price + output_tokens * output_price) / 1000000 AS dollars
    FROM told
    JOIN protocols USING (protocol)
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW judging IS 'What the judgements of a run took, whenever they were asked; one that two label sets share counts once.';
COMMENT ON COLUMN judging.run IS 'The run; a row of runs.';
COMMENT ON COLUMN judging.protocol IS 'The protocol; a row of protocols.';
COMMENT ON COLUMN judging.judge IS 'Name of the judge.';
COMMENT ON COLUMN judging.judge_model IS 'What its server says which model replied.';
COMMENT ON COLUMN judging.judgements IS 'Different judgements.';
COMMENT ON COLUMN judging.input_tokens IS 'Tokens of the prompts.';
COMMENT ON COLUMN judging.output_tokens IS 'Tokens of the replies.';
COMMENT ON COLUMN judging.dollars IS 'US dollars at the judge''s prices; NULL: a price is unknown.';
