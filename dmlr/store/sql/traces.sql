-- One optimisation step of one sample; dmlr/records.py, TraceStep, says what the columns mean.
CREATE TABLE traces (
    run VARCHAR NOT NULL REFERENCES runs (run),
    sample_id VARCHAR NOT NULL REFERENCES samples (sample_id),
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
    PRIMARY KEY (run, sample_id, step)
);
