-- How many samples score alike over the seeds, where a profile has several: what its variance between seeds
-- comes from. scores is in the order of the seeds.
CREATE VIEW patterns AS
WITH answered AS (
    SELECT
        benchmark, model, profile, protocol, labels, sample_id,
        list(score ORDER BY seed) AS scores
    FROM verdicts
    JOIN runs USING (run)
    GROUP BY ALL
    HAVING count(*) > 1
),
final AS (
    SELECT benchmark, model, profile, protocol, labels, scores, count(*) AS samples
    FROM answered
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW patterns IS 'Samples by their scores over several seeds, one row per pattern of scores.';
COMMENT ON COLUMN patterns.benchmark IS 'Benchmark of the runs.';
COMMENT ON COLUMN patterns.model IS 'Model of the runs.';
COMMENT ON COLUMN patterns.profile IS 'Profile of the runs.';
COMMENT ON COLUMN patterns.protocol IS 'Protocol of the verdicts.';
COMMENT ON COLUMN patterns.labels IS 'Label set of the verdicts.';
COMMENT ON COLUMN patterns.scores IS
'1 correct, 0 wrong, NULL unparsed or failed, seed by seed in their order.';
COMMENT ON COLUMN patterns.samples IS 'How many samples have these scores.';
