-- A run of the ladder beside the run of the profile before it, on the same samples under the same protocol and labels.
CREATE VIEW rungs AS
WITH ordered AS (
    SELECT
        run, position,
        lag(run) OVER (PARTITION BY benchmark, model, seed ORDER BY position) AS before
    FROM runs
    JOIN ladder USING (profile)
),
final AS (
    SELECT
        ordered.run, ordered.before, ordered.position, here.protocol, here.labels,
        count(*) FILTER (here.score IS NOT NULL AND there.score IS NOT NULL) AS pairs,
        count(*) FILTER (here.score = 1 AND there.score = 0) AS only_here,
        count(*) FILTER (here.score = 0 AND there.score = 1) AS only_before,
        count(*) FILTER (here.verdict <> 'failed' AND there.verdict <> 'failed') AS answer_pairs,
        count(*) FILTER (
            here.verdict <> 'failed' AND there.verdict <> 'failed'
            AND here.compared IS DISTINCT FROM there.compared
        ) AS other_answers
    FROM ordered
    JOIN verdicts AS here ON here.run = ordered.run
    LEFT JOIN verdicts AS there
        ON there.run = ordered.before
        AND there.protocol = here.protocol
        AND there.labels = here.labels
        AND there.sample_id = here.sample_id
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW rungs IS 'Each run of the ladder beside that of the profile before it, by protocol and labels.';
COMMENT ON COLUMN rungs.run IS 'The run.';
COMMENT ON COLUMN rungs.before IS 'Run of the profile before; NULL for the first of the ladder.';
COMMENT ON COLUMN rungs.position IS 'Place of the profile in the ladder, counted from 0.';
COMMENT ON COLUMN rungs.protocol IS 'Protocol that scored both.';
COMMENT ON COLUMN rungs.labels IS 'Label set that both are scored with.';
COMMENT ON COLUMN rungs.pairs IS 'Samples that both runs have a score for.';
COMMENT ON COLUMN rungs.only_here IS 'Samples of pairs that the run has right and the one before wrong.';
COMMENT ON COLUMN rungs.only_before IS 'Samples of pairs that the run has wrong and the one before right.';
COMMENT ON COLUMN rungs.answer_pairs IS 'Samples that both runs answered: neither verdict is failed.';
COMMENT ON COLUMN rungs.other_answers IS 'Samples of answer_pairs on which the answers differ, right or wrong.';
