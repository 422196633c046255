-- Verdicts of the samples of a run that share the value of a group, one row per run, protocol, labels,
-- group (name) and value.
-- score judges the samples as one: 0 where one is wrong, 1 where all are correct, NULL where that is open.
-- A sample without a gold under the labels has no part in it, and a group of such samples no score.
CREATE VIEW groups AS
WITH counted AS (
    SELECT
        run, protocol, labels, name, value,
        count(*) AS samples,
        count(score) AS n,
        count(*) FILTER (verdict = 'correct') AS correct,
        count(*) FILTER (verdict = 'wrong') AS wrong,
        count(*) FILTER (verdict = 'unparsed') AS unparsed,
        count(*) FILTER (verdict = 'failed' AND rule <> 'no gold') AS failed,
        count(*) FILTER (rule = 'no gold') AS no_gold
    FROM verdicts
    JOIN members USING (sample_id)
    GROUP BY ALL
),
final AS (
    SELECT
        *,
        CASE WHEN wrong > 0 THEN 0 WHEN n > 0 AND unparsed + failed = 0 THEN 1 END AS score
    FROM counted
)
SELECT * FROM final;

COMMENT ON VIEW groups IS 'Verdicts of the samples of a run that share the value of a group: one row per run, protocol, labels, group and value.';
COMMENT ON COLUMN groups.run IS 'The run; a row of runs.';
COMMENT ON COLUMN groups.protocol IS 'The protocol; a row of protocols.';
COMMENT ON COLUMN groups.labels IS 'Label set: released, official, corrected.';
COMMENT ON COLUMN groups.name IS 'The group.';
COMMENT ON COLUMN groups.value IS 'Its value.';
COMMENT ON COLUMN groups.samples IS 'Samples.';
COMMENT ON COLUMN groups.n IS 'Those with a score.';
COMMENT ON COLUMN groups.correct IS 'Correct ones.';
COMMENT ON COLUMN groups.wrong IS 'Wrong ones.';
COMMENT ON COLUMN groups.unparsed IS 'Those whose answer could not be read.';
COMMENT ON COLUMN groups.failed IS 'Those without an answer or a judgement, but with a gold.';
COMMENT ON COLUMN groups.no_gold IS 'Those without a gold under the labels.';
COMMENT ON COLUMN groups.score IS 'The samples judged as one: 0 where one is wrong, 1 where all are correct; NULL: open, or none has a gold.';
