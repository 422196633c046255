-- What the answers of a run took: means over those with status ok. Tokens and passes of the language
-- model; seconds are a sample's share of its batch; batch_rows in samples; peak_memory_gib is the largest
-- peak of a batch, weights included, NULL where no device told it. Of method icot: new lines that could ask
-- for a block, blocks, and the share of answers without one, in which it is vanilla; NULL for other methods.
CREATE VIEW compute AS
WITH answered AS (
    SELECT
        *,
        CASE WHEN settings->>'$.profile.method' = 'icot' THEN triggers END AS icot_triggers,
        CASE WHEN settings->>'$.profile.method' = 'icot' THEN len(insertions) END AS icot_blocks,
        prefill_seconds + intermediate_seconds + optimise_seconds + decode_seconds AS seconds
    FROM predictions
    JOIN runs USING (run)
    WHERE status = 'ok'
),
final AS (
    SELECT
        runs.benchmark, runs.model, runs.profile, runs.seed, run,
        count(sample_id) AS answers,
        avg(prompt_tokens) AS prompt_tokens,
        avg(image_tokens) AS image_tokens,
        avg(generated_tokens) AS generated_tokens,
        avg(intermediate_tokens) AS intermediate_tokens,
        avg(forwarded_tokens) AS forwarded_tokens,
        avg(model_passes) AS model_passes,
        avg(icot_triggers) AS triggers,
        avg(icot_blocks) AS blocks,
        avg(CAST(icot_blocks = 0 AS INTEGER)) AS without_block,
        avg(prefill_seconds) AS prefill_seconds,
        avg(intermediate_seconds) AS intermediate_seconds,
        avg(optimise_seconds) AS optimise_seconds,
        avg(decode_seconds) AS decode_seconds,
        avg(seconds) AS seconds,
        avg(batch_rows) AS batch_rows,
        max(peak_memory_bytes) / 1024 ** 3 AS peak_memory_gib
    FROM runs
    LEFT JOIN answered USING (run)
    GROUP BY ALL
)
SELECT * FROM final;

COMMENT ON VIEW compute IS 'What the answers of a run took: means over those with status ok, NULL where there are none.';
COMMENT ON COLUMN compute.benchmark IS 'A name of benchmark_catalog.';
COMMENT ON COLUMN compute.model IS 'A name of model_catalog.';
COMMENT ON COLUMN compute.profile IS 'A name of profile_catalog.';
COMMENT ON COLUMN compute.seed IS 'Seed of the run.';
COMMENT ON COLUMN compute.run IS 'The run; a row of runs.';
COMMENT ON COLUMN compute.answers IS 'Answers with status ok.';
COMMENT ON COLUMN compute.prompt_tokens IS 'Tokens of the prompt.';
COMMENT ON COLUMN compute.image_tokens IS 'Tokens of the picture in it.';
COMMENT ON COLUMN compute.generated_tokens IS 'Tokens that were generated.';
COMMENT ON COLUMN compute.intermediate_tokens IS 'Tokens of the first of two stages.';
COMMENT ON COLUMN compute.forwarded_tokens IS 'Tokens in all passes of the language model.';
COMMENT ON COLUMN compute.model_passes IS 'Passes of the language model.';
COMMENT ON COLUMN compute.triggers IS 'Of method icot: generated tokens that could ask for a block; NULL: another method.';
COMMENT ON COLUMN compute.blocks IS 'Of method icot: blocks that were inserted; NULL: another method.';
COMMENT ON COLUMN compute.without_block IS 'Of method icot: share of answers without a block, from 0 to 1; NULL: another method.';
COMMENT ON COLUMN compute.prefill_seconds IS 'Seconds for the prompt.';
COMMENT ON COLUMN compute.intermediate_seconds IS 'Seconds for the first of two stages.';
COMMENT ON COLUMN compute.optimise_seconds IS 'Seconds for the latent optimisation.';
COMMENT ON COLUMN compute.decode_seconds IS 'Seconds for the reply.';
COMMENT ON COLUMN compute.seconds IS 'Seconds of all phases.';
COMMENT ON COLUMN compute.batch_rows IS 'Samples of a batch.';
COMMENT ON COLUMN compute.peak_memory_gib IS 'Largest peak of a batch in GiB, weights included; NULL: not measured.';
