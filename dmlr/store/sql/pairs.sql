-- Two runs that differ in their profile alone, on the samples that both have a score for.
-- other_profile is there to be asked for: the filter then reaches the verdicts before they are joined.
CREATE VIEW pairs AS
WITH scored AS (
    SELECT
        runs.benchmark, runs.model, runs.seed, runs.profile, verdicts.run, protocol, labels, sample_id, score
    FROM verdicts
    JOIN runs USING (run)
    WHERE score IS NOT NULL
),
final AS (
    SELECT
        one.run, other.run AS other_run, other.profile AS other_profile, protocol, labels,
        count(*) AS n,
        count(*) FILTER (one.score = 1 AND other.score = 0) AS only_run,
        count(*) FILTER (one.score = 0 AND other.score = 1) AS only_other
    FROM scored AS one
    JOIN scored AS other USING (benchmark, model, seed, protocol, labels, sample_id)
    WHERE one.profile <> other.profile
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW pairs IS 'Two runs that differ in their profile alone, on the samples that both have a score for.';
COMMENT ON COLUMN pairs.run IS 'The run; a row of runs.';
COMMENT ON COLUMN pairs.other_run IS 'The run that it is compared with.';
COMMENT ON COLUMN pairs.other_profile IS 'Profile of the other run.';
COMMENT ON COLUMN pairs.protocol IS 'The protocol; a row of protocols.';
COMMENT ON COLUMN pairs.labels IS 'Label set: released, official, corrected.';
COMMENT ON COLUMN pairs.n IS 'Samples that both have a score for.';
COMMENT ON COLUMN pairs.only_run IS 'Those that the run has right and the other one wrong.';
COMMENT ON COLUMN pairs.only_other IS 'Those that the run has wrong and the other one right.';
