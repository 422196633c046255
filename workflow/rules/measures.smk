# What the paper's figures need beyond the answers. A run after one with failed samples tries those again: the count of
# attempts is a param.
rule chains:
    input:
        shard="results/benchmarks/{benchmark}/shards/{shard}.jsonl",
        manifest="results/features/{model}/{benchmark}/{shard}.json",
        predictions=PREDICTIONS,
    output:
        chains=f"{MEASURES}.chains.parquet",
    log:
        f"logs/chains/{RUN}/{{shard}}.log",
    benchmark:
        f"logs/chains/{RUN}/{{shard}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    # As for reason: a matter of speed.
    resources:
        gpu=1,
        batch_size=str(EXPERIMENT.batch_size),
    params:
        settings=lambda wildcards: dmlr.config.chains_settings(
            EXPERIMENT, wildcards.model
        ),
        retry=partial(failed_measures, "chains"),
    shell:
        "dmlr chains --settings {params.settings:q} --shard {input.shard} "
        "--manifest {input.manifest} --store results/features/store "
        "--predictions {input.predictions} --batch-size {resources.batch_size} "
        "--out {output.chains} 2>&1 | tee {log}"


rule attention:
    input:
        shard="results/benchmarks/{benchmark}/shards/{shard}.jsonl",
        manifest="results/features/{model}/{benchmark}/{shard}.json",
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
        gpu=1,
    params:
        settings=lambda wildcards: dmlr.config.attention_settings(
            EXPERIMENT, key_of(wildcards)
        ),
        retry=partial(failed_measures, "attention"),
    shell:
        "dmlr attention --settings {params.settings:q} --shard {input.shard} "
        "--manifest {input.manifest} --store results/features/store "
        "--baseline {input.baseline} --traces {input.traces} "
        "--out {output.attention} --embeddings {output.embeddings} 2>&1 | tee {log}"
