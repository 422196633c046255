rule verify:
    input:
        shards=lambda wildcards: shard_files(wildcards.benchmark),
        predictions=lambda wildcards: run_files(PREDICTIONS, key_of(wildcards)),
    output:
        verdicts=VERDICTS,
    log:
        f"logs/verify/{{protocol}}/{RUN}.log",
    benchmark:
        f"logs/verify/{{protocol}}/{RUN}.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: dmlr.config.verify_settings(
            EXPERIMENT, wildcards.protocol
        ),
        shards=lambda wildcards, input: [f"--shard {path}" for path in input.shards],
        predictions=lambda wildcards, input: [
            f"--predictions {p}" for p in input.predictions
        ],
    shell:
        "dmlr verify --settings {params.settings:q} {params.shards} {params.predictions} "
        "--out {output.verdicts} 2>&1 | tee {log}"
