-- One answer of a run. Token counts in tokens, phases in seconds; best_step -1 is the start.
CREATE TABLE predictions (
    run VARCHAR NOT NULL REFERENCES runs (run),
    sample_id VARCHAR NOT NULL REFERENCES samples (sample_id),
    status VARCHAR NOT NULL CHECK (status IN ('ok', 'failed')),
    error VARCHAR,
    text VARCHAR NOT NULL,
    stop_reason VARCHAR CHECK (stop_reason IN ('end', 'length')),
    prompt_tokens INTEGER NOT NULL,
    image_tokens INTEGER NOT NULL,
    generated_tokens INTEGER NOT NULL,
    model_passes INTEGER NOT NULL,
    prefill_seconds DOUBLE NOT NULL,
    optimise_seconds DOUBLE NOT NULL,
    decode_seconds DOUBLE NOT NULL,
    initial_reward DOUBLE,
    best_reward DOUBLE,
    best_step INTEGER,
    best_patches INTEGER[][],
    grid_rows INTEGER NOT NULL,
    grid_columns INTEGER NOT NULL,
    PRIMARY KEY (run, sample_id)
);
