-- What the reward said about each scored answer of a run that optimises one (method dmlr).
CREATE VIEW reward AS
WITH final AS (
    SELECT
        verdicts.run, verdicts.protocol, verdicts.labels, verdicts.sample_id, units.unit,
        verdicts.score, predictions.initial_reward, predictions.best_reward,
        predictions.best_reward - predictions.initial_reward AS gain
    FROM verdicts
    JOIN runs USING (run)
    JOIN predictions USING (run, sample_id)
    JOIN units USING (sample_id)
    WHERE verdicts.score IS NOT NULL AND runs.settings -> 'profile' ->> 'method' = 'dmlr'
)
SELECT * FROM final;

COMMENT ON VIEW reward IS
'Rewards of the scored answers of runs of method dmlr, one row per run, protocol, labels and sample.';
COMMENT ON COLUMN reward.run IS 'Run.';
COMMENT ON COLUMN reward.protocol IS 'Protocol of the verdict.';
COMMENT ON COLUMN reward.labels IS 'Label set of the verdict.';
COMMENT ON COLUMN reward.sample_id IS 'Sample.';
COMMENT ON COLUMN reward.unit IS 'What the sample is drawn with, see the view units.';
COMMENT ON COLUMN reward.score IS '1 correct, 0 wrong; what has no score is not in this view.';
COMMENT ON COLUMN reward.initial_reward IS 'Reward before the first step; NULL where none was made.';
COMMENT ON COLUMN reward.best_reward IS 'Highest reward, of the state that was decoded; NULL likewise.';
COMMENT ON COLUMN reward.gain IS 'Highest reward less the initial one; NULL where one is.';
