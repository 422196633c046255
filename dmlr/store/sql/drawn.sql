-- The units that the bootstrap of an accuracy draws, those with equal totals in one row. A unit without a
-- score is not there. Runs of a benchmark with clusters, and their categories; and all seeds of a
-- profile together where it has several (seed NULL), all answers to a sample in its unit. What is
-- neither is its counts in the view cells.
CREATE VIEW drawn AS
WITH several AS (
    SELECT benchmark, model, profile, true AS repeated
    FROM runs
    GROUP BY ALL
    HAVING count(*) > 1
),
scored AS (
    SELECT
        runs.benchmark, runs.model, runs.profile, runs.seed, verdicts.protocol, verdicts.labels,
        samples.category, units.unit, units.clustered, several.repeated, verdicts.score
    FROM verdicts
    JOIN runs USING (run)
    JOIN samples USING (sample_id)
    JOIN units USING (sample_id)
    LEFT JOIN several
        ON several.benchmark = runs.benchmark
        AND several.model = runs.model
        AND several.profile = runs.profile
    WHERE verdicts.score IS NOT NULL AND (units.clustered OR several.repeated)
),
totals AS (
    SELECT
        benchmark, model, profile, seed, protocol, labels, category,
        sum(score) AS total,
        count(*) AS items
    FROM scored
    WHERE clustered
    GROUP BY GROUPING SETS (
        (benchmark, model, profile, seed, protocol, labels, unit),
        (benchmark, model, profile, seed, protocol, labels, category, unit)
    )
    UNION ALL
    SELECT
        benchmark, model, profile, NULL AS seed, protocol, labels, NULL AS category,
        sum(score) AS total,
        count(*) AS items
    FROM scored
    WHERE repeated
    GROUP BY benchmark, model, profile, protocol, labels, unit
),
final AS (
    SELECT
        benchmark, model, profile, seed, protocol, labels, category,
        CAST(total AS INTEGER) AS total,
        CAST(items AS INTEGER) AS items,
        CAST(count(*) AS INTEGER) AS units
    FROM totals
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW drawn IS 'Units that the bootstrap of an accuracy draws, one row per kind of them.';
COMMENT ON COLUMN drawn.benchmark IS 'Benchmark of the run.';
COMMENT ON COLUMN drawn.model IS 'Model of the run.';
COMMENT ON COLUMN drawn.profile IS 'Profile of the run.';
COMMENT ON COLUMN drawn.seed IS 'Seed of the run; NULL: all seeds together.';
COMMENT ON COLUMN drawn.protocol IS 'Protocol of the verdicts.';
COMMENT ON COLUMN drawn.labels IS 'Label set of the verdicts.';
COMMENT ON COLUMN drawn.category IS 'Category of the samples; NULL: all of the run.';
COMMENT ON COLUMN drawn.total IS 'Correct answers in each of these units.';
COMMENT ON COLUMN drawn.items IS 'Scored answers in each of these units.';
COMMENT ON COLUMN drawn.units IS 'How many such units there are.';
