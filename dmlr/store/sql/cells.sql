-- Counts behind one table cell: a run under a protocol and a label set, over all its samples and by
-- category (category NULL is the whole run). no_gold are samples without an answer in the label set;
-- final says that few enough of the others have no score.
CREATE VIEW cells AS
WITH scored AS (
    SELECT runs.benchmark, runs.model, runs.profile, runs.seed, verdicts.*, samples.category
    FROM verdicts
    JOIN runs USING (run)
    JOIN samples USING (sample_id)
),
final AS (
    SELECT
        benchmark, model, profile, seed, run, protocol, labels, category,
        count(*) AS samples,
        count(score) AS n,
        count(*) FILTER (verdict = 'correct') AS correct,
        count(*) FILTER (verdict = 'wrong') AS wrong,
        count(*) FILTER (verdict = 'unparsed') AS unparsed,
        count(*) FILTER (verdict = 'failed' AND rule <> 'no gold') AS failed,
        count(*) FILTER (rule = 'no gold') AS no_gold,
        -- a thousandth of a sample for the rounding of the share
        unparsed + failed <= any_value(max_unscored_share) * (samples - no_gold) + 0.001 AS final
    FROM scored
    CROSS JOIN experiment
    GROUP BY GROUPING SETS (
        (benchmark, model, profile, seed, run, protocol, labels),
        (benchmark, model, profile, seed, run, protocol, labels, category)
    )
)
SELECT * FROM final;

COMMENT ON VIEW cells IS 'Counts behind one table cell: a run under a protocol and a label set, whole and by category.';
COMMENT ON COLUMN cells.benchmark IS 'A name of benchmark_catalog.';
COMMENT ON COLUMN cells.model IS 'A name of model_catalog.';
COMMENT ON COLUMN cells.profile IS 'A name of profile_catalog.';
COMMENT ON COLUMN cells.seed IS 'Seed of the run.';
COMMENT ON COLUMN cells.run IS 'The run; a row of runs.';
COMMENT ON COLUMN cells.protocol IS 'The protocol; a row of protocols.';
COMMENT ON COLUMN cells.labels IS 'Label set: released, official, corrected.';
COMMENT ON COLUMN cells.category IS 'Category of the samples; NULL: the whole run.';
COMMENT ON COLUMN cells.samples IS 'Samples.';
COMMENT ON COLUMN cells.n IS 'Those with a score.';
COMMENT ON COLUMN cells.correct IS 'Correct ones.';
COMMENT ON COLUMN cells.wrong IS 'Wrong ones.';
COMMENT ON COLUMN cells.unparsed IS 'Those whose answer could not be read.';
COMMENT ON COLUMN cells.failed IS 'Those without an answer or a judgement, but with a gold.';
COMMENT ON COLUMN cells.no_gold IS 'Those without a gold under the labels.';
COMMENT ON COLUMN cells.final IS 'False: more than max_unscored_share of the samples with a gold have no score.';
