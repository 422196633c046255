# A run after one with failed samples tries those again: the counts of attempts are a param.
# The shard files are inputs besides their features, so that an unchanged shard is not answered again.
# One rule for each block of shards, since Snakemake knows a job by its outputs: its process loads the model once.
for name in EXPERIMENT.benchmarks:
    for block in blocks_of(name):

        rule:
            name:
                f"reason_{name}_{block[0]}"
            input:
                shards=of_block(SHARD, name, block),
                manifests=of_block(MANIFEST, name, block),
            output:
                predictions=of_block(PREDICTIONS, name, block),
                traces=of_block(TRACES, name, block),
            log:
                of_block(f"logs/reason/{RUN}/{{shard}}.log", name, block[:1]),
            benchmark:
                of_block(
                    f"logs/reason/{RUN}/{{shard}}.benchmark.tsv", name, block[:1]
                )[0]
            conda:
                "../../environment.yml"
            # How many samples go together is a matter of speed (in float32 it changes no answer), so it is a
            # resource: no change of it re-runs anything.
            resources:
                gpu=gpus_of,
                mem_mb=model_memory,
                runtime=model_minutes(samples_of(block)),
                gpu_share=str(EXPERIMENT.gpu_share),
                cache=CACHE,
                batch_size=str(EXPERIMENT.batch_size),
            params:
                settings=partial(reason_settings_of, name),
                retry=partial(
                    failed_attempts, PREDICTIONS, failures.note_path, name, block
                ),
                shards=lambda wildcards, input: each("--shard", input.shards),
                manifests=lambda wildcards, input: each("--manifest", input.manifests),
                predictions=lambda wildcards, output: each(
                    "--predictions", output.predictions
                ),
                traces=lambda wildcards, output: each("--traces", output.traces),
            shell:
                "dmlr reason --settings {params.settings:q} --store results/features/store "
                "--gpus {resources.gpu} --gpu-share {resources.gpu_share} "
                "--cache {resources.cache:q} "
                "--batch-size {resources.batch_size} {params.shards} {params.manifests} "
                "{params.predictions} {params.traces} 2>&1 | tee {log}"
