# A run after one with failed samples tries those again: the count of attempts is a param.
# The shard file is an input besides its features, so that an unchanged shard is not answered again.
rule reason:
    input:
        shard="results/benchmarks/{benchmark}/shards/{shard}.jsonl",
        manifest="results/features/{model}/{benchmark}/{shard}.json",
    output:
        predictions=PREDICTIONS,
        traces=TRACES,
    log:
        f"logs/reason/{RUN}/{{shard}}.log",
    benchmark:
        f"logs/reason/{RUN}/{{shard}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    # How many samples go together is a matter of speed (in float32 it changes no answer), so it is a resource:
    # no change of it re-runs anything.
    resources:
        gpu=1,
        batch_size=str(EXPERIMENT.batch_size),
    params:
        settings=lambda wildcards: dmlr.config.reason_settings(
            EXPERIMENT, key_of(wildcards)
        ),
        retry=failed_attempts,
    shell:
        "dmlr reason --settings {params.settings:q} --shard {input.shard} "
        "--manifest {input.manifest} --store results/features/store "
        "--batch-size {resources.batch_size} "
        "--predictions {output.predictions} --traces {output.traces} 2>&1 | tee {log}"
