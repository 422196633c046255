# One rule for each block of shards, since Snakemake knows a job by its outputs: its process loads the model once.
for name in EXPERIMENT.benchmarks:
    for block in blocks_of(name):

        rule:
            name:
                f"features_of_shard_{name}_{block[0]}"
            input:
                shards=of_block(SHARD, name, block),
            output:
                manifests=of_block(MANIFEST, name, block),
            log:
                f"logs/features/{{model}}/{name}/{block[0]}.log",
            benchmark:
                f"logs/features/{{model}}/{name}/{block[0]}.benchmark.tsv"
            conda:
                "../../environment.yml"
            resources:
                gpu=gpus_of,
                mem_mb=model_memory,
                runtime=model_minutes(samples_of(block)),
                gpu_share=str(EXPERIMENT.gpu_share),
                shared=SHARED,
            params:
                settings=lambda wildcards: dmlr.config.features_settings(
                    EXPERIMENT, wildcards.model
                ),
                shards=lambda wildcards, input: each("--shard", input.shards),
                out=lambda wildcards, output: each("--out", output.manifests),
            shell:
                "dmlr features --settings {params.settings:q} --store results/features/store "
                "--gpus {resources.gpu} --gpu-share {resources.gpu_share} "
                "{resources.shared} "
                "{params.shards} {params.out} 2>&1 | tee {log}"
