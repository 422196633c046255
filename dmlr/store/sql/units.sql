-- What the bootstrap draws: the sample itself, or the whole cluster where samples depend on each other,
-- which are the questions on one figure (HallusionBench) and the two of a pair (MMVP).
CREATE VIEW units AS
WITH clusters AS (
    SELECT
        benchmark, sample_id,
        coalesce(groups ->> 'figure', groups ->> 'pair') AS cluster
    FROM samples
),
final AS (
    SELECT
        benchmark, sample_id,
        coalesce(cluster, sample_id) AS unit,
        count(cluster) OVER (PARTITION BY benchmark) > 0 AS clustered
    FROM clusters
)
SELECT * FROM final;

COMMENT ON VIEW units IS 'What the bootstrap draws whole, one row per sample.';
COMMENT ON COLUMN units.benchmark IS 'Benchmark of the sample.';
COMMENT ON COLUMN units.sample_id IS 'Sample.';
COMMENT ON COLUMN units.unit IS 'Figure or pair that the sample belongs to, else its own id.';
COMMENT ON COLUMN units.clustered IS 'True where some units of the benchmark are figures or pairs.';
