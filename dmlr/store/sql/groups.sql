-- What each sample belongs to, one row per sample and group (name). Besides the loaders' groups there are
-- category and all, which every sample is in.
CREATE VIEW members AS
WITH entries AS (
    SELECT sample_id, unnest(map_entries(CAST(groups AS MAP(VARCHAR, VARCHAR)))) AS entry
    FROM samples
),
final AS (
    SELECT sample_id, entry.key AS name, entry.value AS value FROM entries
    UNION ALL
    SELECT sample_id, 'category' AS name, category AS value FROM samples
    UNION ALL
    SELECT sample_id, 'all' AS name, 'all' AS value FROM samples
)
SELECT * FROM final;

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
