-- One optimisation step of one sample; dmlr/records.py, TraceStep, says what the columns mean.
CREATE TABLE traces (
    run VARCHAR NOT NULL,
    sample_id VARCHAR NOT NULL,
    step INTEGER NOT NULL,
    candidate_reward DOUBLE NOT NULL,
    reward DOUBLE NOT NULL,
    sigma DOUBLE NOT NULL,
    is_best BOOLEAN NOT NULL,
    patch_count INTEGER NOT NULL,
    patch_counts INTEGER[] NOT NULL,
    best_patches INTEGER[][] NOT NULL,
    patch_budget INTEGER NOT NULL,
    think_norm DOUBLE NOT NULL,
    update_norm DOUBLE NOT NULL,
    PRIMARY KEY (run, sample_id, step),
    FOREIGN KEY (run, sample_id) REFERENCES predictions (run, sample_id)
);

COMMENT ON TABLE traces IS 'One step of the latent optimisation of one sample. Norms are Euclidean, over all think tokens, after the update.';
COMMENT ON COLUMN traces.run IS 'The run; a row of runs.';
COMMENT ON COLUMN traces.sample_id IS 'The sample; a row of samples.';
COMMENT ON COLUMN traces.step IS 'Counted from 0.';
COMMENT ON COLUMN traces.candidate_reward IS 'Reward that drove the update.';
COMMENT ON COLUMN traces.reward IS 'Highest reward of the step''s sequences.';
COMMENT ON COLUMN traces.sigma IS 'Size of the noise that the step leaves to the next one.';
COMMENT ON COLUMN traces.is_best IS 'True: one of its sequences beat all before.';
COMMENT ON COLUMN traces.patch_count IS 'Patches that the sequence with the highest reward held, all think tokens together.';
COMMENT ON COLUMN traces.patch_counts IS 'Patches that each think token holds in the best state.';
COMMENT ON COLUMN traces.best_patches IS 'Image tokens that each think token holds in the best state, row by row, where the step is a new best; empty where they are as before.';
COMMENT ON COLUMN traces.patch_budget IS 'Patches that the step leaves to the next one to hold; -1: no limit.';
COMMENT ON COLUMN traces.think_norm IS 'Norm of the think tokens.';
COMMENT ON COLUMN traces.update_norm IS 'Norm of the update.';
