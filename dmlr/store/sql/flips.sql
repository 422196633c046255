-- How many answers of a run differ, right or wrong, from those of the run of the profile flips_against
-- with the same benchmark, model and seed. n counts the samples that both answered: a failed verdict has
-- no answer (nor has one without a gold, since nothing is read then). What an unparsed reply holds is
-- no answer that could be read, so compared is NULL, which differs from every answer and from no other NULL.
CREATE VIEW flips AS
WITH answers AS (
    SELECT
        runs.benchmark, runs.model, runs.seed, runs.profile, verdicts.run, verdicts.protocol,
        verdicts.labels, verdicts.sample_id,
        verdicts.compared AS answer
    FROM verdicts
    JOIN runs USING (run)
    WHERE verdicts.verdict <> 'failed'
),
final AS (
    SELECT
        one.run, one.protocol, one.labels,
        count(*) AS n,
        count(*) FILTER (one.answer IS DISTINCT FROM other.answer) AS flips
    FROM answers AS one
    JOIN answers AS other USING (benchmark, model, seed, protocol, labels, sample_id)
    JOIN experiment ON other.profile = experiment.flips_against
    WHERE one.profile <> other.profile
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW flips IS 'How many answers of a run differ, right or wrong, from those of the profile flips_against with the same benchmark, model and seed.';
COMMENT ON COLUMN flips.run IS 'The run; a row of runs.';
COMMENT ON COLUMN flips.protocol IS 'The protocol; a row of protocols.';
COMMENT ON COLUMN flips.labels IS 'Label set: released, official, corrected.';
COMMENT ON COLUMN flips.n IS 'Samples that both answered.';
COMMENT ON COLUMN flips.flips IS 'Those whose answers differ; one that could not be read differs from all that could.';
