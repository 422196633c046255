# A run after one with judgements that failed asks for those again: the count of attempts is a param. How fast a judge
# may be asked changes no judgement, so it is a resource: no change of it re-runs anything.
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
    localrule: True
    conda:
        "../../environment.yml"
    resources:
        mem_mb=scaled(4000),
        runtime=scaled(720),
        limits=lambda wildcards: judge_limits(EXPERIMENT, wildcards.protocol),
        shared=SHARED,
    params:
        settings=lambda wildcards: dmlr.config.verify_settings(
            EXPERIMENT, wildcards.protocol, wildcards.benchmark
        ),
        retry=failed_judgements,
        shards=lambda wildcards, input: each("--shard", input.shards),
        predictions=lambda wildcards, input: each("--predictions", input.predictions),
    shell:
        "dmlr verify --settings {params.settings:q} {params.shards} {params.predictions} "
        "--ledger results/ledger.sqlite --limits '{resources.limits}' {resources.shared} "
        "--out {output.verdicts} 2>&1 | tee {log}"
