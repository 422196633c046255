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
