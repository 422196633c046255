# What the paper's figures need beyond the answers. A run after one with failed samples tries those again: the counts of
# attempts are a param.
for name in EXPERIMENT.benchmarks:
    for block in blocks_of(name):

        rule:
            name:
                f"chains_{name}_{block[0]}"
            input:
                shards=of_block(SHARD, name, block),
                manifests=of_block(MANIFEST, name, block),
                predictions=of_block(PREDICTIONS, name, block),
            output:
                chains=of_block(f"{MEASURES}.chains.parquet", name, block),
            log:
                of_block(f"logs/chains/{RUN}/{{shard}}.log", name, block[:1]),
            benchmark:
                of_block(
                    f"logs/chains/{RUN}/{{shard}}.benchmark.tsv", name, block[:1]
                )[0]
            conda:
                "../../environment.yml"
            # As for reason: a matter of speed.
            resources:
                gpu=gpus_of,
                mem_mb=model_memory,
                runtime=model_minutes(samples_of(block)),
                gpu_share=str(EXPERIMENT.gpu_share),
                cache=CACHE,
                batch_size=str(EXPERIMENT.batch_size),
            params:
                settings=lambda wildcards: dmlr.config.chains_settings(
                    EXPERIMENT, wildcards.model
                ),
                retry=partial(
                    failed_attempts,
                    f"{MEASURES}.chains.parquet",
                    measured.note_path,
                    name,
                    block,
                ),
                shards=lambda wildcards, input: each("--shard", input.shards),
                manifests=lambda wildcards, input: each("--manifest", input.manifests),
                predictions=lambda wildcards, input: each(
                    "--predictions", input.predictions
                ),
                out=lambda wildcards, output: each("--out", output.chains),
            shell:
                "dmlr chains --settings {params.settings:q} --store results/features/store "
                "--gpus {resources.gpu} --gpu-share {resources.gpu_share} "
                "--cache {resources.cache:q} "
                "--batch-size {resources.batch_size} {params.shards} {params.manifests} "
                "{params.predictions} {params.out} 2>&1 | tee {log}"


rule attention:
    input:
        shard=SHARD,
        manifest=MANIFEST,
        baseline=PREDICTIONS.replace("{profile}", EXPERIMENT.baseline),
        traces=TRACES,
    output:
        attention=f"{MEASURES}.attention.parquet",
        embeddings=f"{MEASURES}.embeddings.parquet",
    log:
        f"logs/attention/{RUN}/{{shard}}.log",
    benchmark:
        f"logs/attention/{RUN}/{{shard}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    resources:
        gpu=gpus_of,
        mem_mb=model_memory,
        runtime=model_minutes(4 * EXPERIMENT.measures.attention_samples),
        gpu_share=str(EXPERIMENT.gpu_share),
        cache=CACHE,
    params:
        settings=lambda wildcards: dmlr.config.attention_settings(
            EXPERIMENT, key_of(wildcards)
        ),
        retry=lambda wildcards: failed_attempts(
            f"{MEASURES}.attention.parquet",
            measured.note_path,
            wildcards.benchmark,
            [wildcards.shard],
            wildcards,
        ),
    shell:
        "dmlr attention --settings {params.settings:q} --shard {input.shard} "
        "--manifest {input.manifest} --store results/features/store "
        "--gpus {resources.gpu} --gpu-share {resources.gpu_share} "
        "--cache {resources.cache:q} "
        "--baseline {input.baseline} --traces {input.traces} "
        "--out {output.attention} --embeddings {output.embeddings} 2>&1 | tee {log}"
