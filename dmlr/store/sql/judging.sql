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
