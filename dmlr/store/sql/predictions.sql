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
    intermediate VARCHAR,
    intermediate_stop_reason VARCHAR CHECK (intermediate_stop_reason IN ('end', 'length')),
    intermediate_tokens INTEGER NOT NULL,
    replies VARCHAR[] NOT NULL,
    insertions INTEGER[][] NOT NULL,
    triggers INTEGER NOT NULL,
    model_passes INTEGER NOT NULL,
    forwarded_tokens INTEGER NOT NULL,
    batch_rows INTEGER NOT NULL,
    device VARCHAR NOT NULL,
    peak_memory_bytes BIGINT,
    prefill_seconds DOUBLE NOT NULL,
    intermediate_seconds DOUBLE NOT NULL,
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

COMMENT ON TABLE predictions IS 'One answer of a run to one sample. Tokens are counted; seconds are the sample''s share of its batch.';
COMMENT ON COLUMN predictions.run IS 'The run; a row of runs.';
COMMENT ON COLUMN predictions.sample_id IS 'The sample; a row of samples.';
COMMENT ON COLUMN predictions.status IS 'ok, or failed: no answer could be made.';
COMMENT ON COLUMN predictions.error IS 'Why it failed; NULL: it did not.';
COMMENT ON COLUMN predictions.text IS 'The reply; empty where it failed.';
COMMENT ON COLUMN predictions.stop_reason IS 'end: the model ended it; length: the budget did; NULL: failed.';
COMMENT ON COLUMN predictions.prompt_tokens IS 'Tokens of the prompt, those of the picture included.';
COMMENT ON COLUMN predictions.image_tokens IS 'Tokens of the picture in it.';
COMMENT ON COLUMN predictions.generated_tokens IS 'Tokens that were generated, in all replies.';
COMMENT ON COLUMN predictions.intermediate IS 'What a method of two stages wrote first (a rationale, a scene graph); NULL: it has one stage.';
COMMENT ON COLUMN predictions.intermediate_stop_reason IS 'How that ended: end or length; NULL: there is none.';
COMMENT ON COLUMN predictions.intermediate_tokens IS 'Tokens of it.';
COMMENT ON COLUMN predictions.replies IS 'All replies that were voted on, in order; empty: there was no vote.';
COMMENT ON COLUMN predictions.insertions IS 'Image tokens of every block that was put into the reply, in order; empty: none.';
COMMENT ON COLUMN predictions.triggers IS 'Generated tokens that could ask for a block (new lines of ICoT).';
COMMENT ON COLUMN predictions.model_passes IS 'Passes of the language model.';
COMMENT ON COLUMN predictions.forwarded_tokens IS 'The sample''s own tokens in all passes, without padding.';
COMMENT ON COLUMN predictions.batch_rows IS 'Samples of its batch.';
COMMENT ON COLUMN predictions.device IS 'What answered: a GPU''s name, or cpu and its instructions; empty: it failed.';
COMMENT ON COLUMN predictions.peak_memory_bytes IS 'Bytes in use at the peak of its batch, weights included; NULL: not measured.';
COMMENT ON COLUMN predictions.prefill_seconds IS 'Seconds for the prompt.';
COMMENT ON COLUMN predictions.intermediate_seconds IS 'Seconds for the first of two stages.';
COMMENT ON COLUMN predictions.optimise_seconds IS 'Seconds for the latent optimisation.';
COMMENT ON COLUMN predictions.decode_seconds IS 'Seconds for the reply.';
COMMENT ON COLUMN predictions.initial_reward IS 'Reward of the state before the first step; NULL: no optimisation.';
COMMENT ON COLUMN predictions.best_reward IS 'Reward of the state that was decoded; NULL: no optimisation.';
COMMENT ON COLUMN predictions.best_step IS 'Step that it is from, counted from 0; -1: the start; NULL: no optimisation.';
COMMENT ON COLUMN predictions.best_patches IS 'Image tokens injected at the decode, a list per think token; empty: none.';
COMMENT ON COLUMN predictions.grid_rows IS 'Rows of the grid that image tokens are counted in, row by row.';
COMMENT ON COLUMN predictions.grid_columns IS 'Columns of it.';
