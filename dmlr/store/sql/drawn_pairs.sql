-- The units that the bootstrap of a paired difference draws, as in the view drawn: two profiles with the same
-- seed, on the samples that both have a score for. Runs of a benchmark with clusters; and all seeds that
-- both profiles have together where those are several (seed NULL). What is neither is its counts in the
-- view pairs.
CREATE VIEW drawn_pairs AS
WITH both_ran AS (
    SELECT
        one.run, other.run AS other_run, one.benchmark, one.model, one.profile,
        other.profile AS other_profile, one.seed,
        count(*) OVER (PARTITION BY one.benchmark, one.model, one.profile, other.profile) AS seeds
    FROM runs AS one
    JOIN runs AS other USING (benchmark, model, seed)
    WHERE one.profile <> other.profile
),
paired AS (
    SELECT
        both_ran.*, one.protocol, one.labels, units.unit, units.clustered,
        one.score - other.score AS difference
    FROM both_ran
    JOIN verdicts AS one ON one.run = both_ran.run
    JOIN verdicts AS other
        ON other.run = both_ran.other_run
        AND other.sample_id = one.sample_id
        AND other.protocol = one.protocol
        AND other.labels = one.labels
    JOIN units ON units.sample_id = one.sample_id
    WHERE
        one.score IS NOT NULL
        AND other.score IS NOT NULL
        AND (units.clustered OR both_ran.seeds > 1)
),
totals AS (
    SELECT
        benchmark, model, profile, other_profile, seed, protocol, labels,
        sum(difference) AS total,
        count(*) AS items
    FROM paired
    WHERE clustered
    GROUP BY benchmark, model, profile, other_profile, seed, protocol, labels, unit
    UNION ALL
    SELECT
        benchmark, model, profile, other_profile, NULL AS seed, protocol, labels,
        sum(difference) AS total,
        count(*) AS items
    FROM paired
    WHERE seeds > 1
    GROUP BY benchmark, model, profile, other_profile, protocol, labels, unit
),
final AS (
    SELECT
        benchmark, model, profile, other_profile, seed, protocol, labels,
        CAST(total AS INTEGER) AS total,
        CAST(items AS INTEGER) AS items,
        CAST(count(*) AS INTEGER) AS units
    FROM totals
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW drawn_pairs IS
'Units that the bootstrap of a paired difference draws, one row per kind of them.';
COMMENT ON COLUMN drawn_pairs.benchmark IS 'Benchmark of the two runs.';
COMMENT ON COLUMN drawn_pairs.model IS 'Model of the two runs.';
COMMENT ON COLUMN drawn_pairs.profile IS 'Profile of the run.';
COMMENT ON COLUMN drawn_pairs.other_profile IS 'Profile of the run that it is compared with.';
COMMENT ON COLUMN drawn_pairs.seed IS 'Seed of the two runs; NULL: all seeds that both have together.';
COMMENT ON COLUMN drawn_pairs.protocol IS 'Protocol of the verdicts.';
COMMENT ON COLUMN drawn_pairs.labels IS 'Label set of the verdicts.';
COMMENT ON COLUMN drawn_pairs.total IS
'In each of these units, answers that the run alone has right less those that the other alone has right.';
COMMENT ON COLUMN drawn_pairs.items IS 'Answers that both have a score for in each of these units.';
COMMENT ON COLUMN drawn_pairs.units IS 'How many such units there are.';
