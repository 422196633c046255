rule features_of_shard:
    input:
        shard="results/benchmarks/{benchmark}/shards/{shard}.jsonl",
    output:
        manifest="results/features/{model}/{benchmark}/{shard}.json",
    log:
        "logs/features/{model}/{benchmark}/{shard}.log",
    benchmark:
        "logs/features/{model}/{benchmark}/{shard}.benchmark.tsv"
    conda:
        "../../environment.yml"
    resources:
        gpu=1,
    params:
        settings=lambda wildcards: dmlr.config.features_settings(
            EXPERIMENT, wildcards.model
        ),
    shell:
        "dmlr features --settings {params.settings:q} --shard {input.shard} "
        "--store results/features/store --out {output.manifest} 2>&1 | tee {log}"
