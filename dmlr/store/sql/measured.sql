-- Which runs measure which cell of the paper's tables: its rows and columns, then whatever else was run of its
-- methods. A published cell that no run measures has a row without a run.
CREATE VIEW measured AS
WITH methods AS (
    SELECT
        CASE kind WHEN 'methods' THEN 'table1' ELSE 'table2' END AS source,
        word AS method, name AS profile, position AS method_position
    FROM paper_names
    WHERE kind IN ('methods', 'injections')
),
models AS (
    SELECT word AS paper_model, name AS model, position AS model_position
    FROM paper_names
    WHERE kind = 'models'
),
benchmarks AS (
    SELECT word AS paper_benchmark, name AS benchmark, position AS benchmark_position
    FROM paper_names
    WHERE kind = 'benchmarks'
),
-- Table 2 names no model, so its numbers stand beside those of any.
placed AS (
    SELECT
        methods.source, paper_model, methods.method, paper_benchmark, run, runs.benchmark, runs.model,
        runs.profile, runs.seed, published.accuracy AS published, model_position, method_position,
        benchmark_position
    FROM runs
    JOIN methods USING (profile)
    LEFT JOIN models USING (model)
    LEFT JOIN benchmarks USING (benchmark)
    LEFT JOIN published
        ON published.source = methods.source
        AND (published.model = paper_model OR published.model IS NULL)
        AND published.method = methods.method
        AND published.benchmark = paper_benchmark
),
missing AS (
    SELECT
        source, published.model AS paper_model, method, published.benchmark AS paper_benchmark,
        accuracy AS published,
        min(model_position) AS model_position,
        min(method_position) AS method_position,
        min(benchmark_position) AS benchmark_position
    FROM published
    JOIN methods USING (source, method)
    JOIN benchmarks ON paper_benchmark = published.benchmark
    LEFT JOIN models ON paper_model = published.model
    WHERE NOT EXISTS (
        SELECT 1
        FROM placed
        WHERE placed.source = published.source
            AND (placed.paper_model = published.model OR published.model IS NULL)
            AND placed.method = published.method
            AND placed.paper_benchmark = published.benchmark
    )
    GROUP BY ALL
),
final AS (
    SELECT * FROM placed
    UNION ALL BY NAME
    SELECT * FROM missing
)
SELECT * FROM final;

COMMENT ON VIEW measured IS 'Runs beside the cells of the paper''s tables that they measure; a published cell without a run has a row too.';
COMMENT ON COLUMN measured.source IS 'table1 or table2 of the paper.';
COMMENT ON COLUMN measured.paper_model IS 'The paper''s word for the model; NULL where it has none, and in Table 2 without a run.';
COMMENT ON COLUMN measured.method IS 'The paper''s word for the method; in Table 2 for the injection.';
COMMENT ON COLUMN measured.paper_benchmark IS 'The paper''s word for the benchmark; NULL where it has none.';
COMMENT ON COLUMN measured.run IS 'The run; NULL where none measures the published number.';
COMMENT ON COLUMN measured.benchmark IS 'Benchmark of the run.';
COMMENT ON COLUMN measured.model IS 'Model of the run.';
COMMENT ON COLUMN measured.profile IS 'Profile of the run, a reading of the method.';
COMMENT ON COLUMN measured.seed IS 'Seed of the run.';
COMMENT ON COLUMN measured.published IS 'Published accuracy in percent; NULL where the paper has none.';
COMMENT ON COLUMN measured.model_position IS 'Place of the model in the paper''s order; NULL where it is none of the paper''s.';
COMMENT ON COLUMN measured.method_position IS 'Place of the profile among the readings of the paper''s methods.';
COMMENT ON COLUMN measured.benchmark_position IS 'Place of the benchmark in the paper''s order; NULL where it is none of the paper''s.';
