# A checkpoint, though nobody asks it for its files: after it ran, Snakemake compares the shards by content
# and drops every job whose shard came out as it was. One rule per benchmark, since the number of shards is
# the benchmark's own.
for name in EXPERIMENT.benchmarks:

    checkpoint:
        name:
            f"prepare_{name}"
        output:
            shards=shard_files(name),
            samples=f"results/benchmarks/{name}/samples.parquet",
            audit=f"results/benchmarks/{name}/audit.json",
        log:
            f"logs/prepare/{name}.log",
        benchmark:
            f"logs/prepare/{name}.benchmark.tsv"
        localrule: True
        conda:
            "../../environment.yml"
        resources:
            mem_mb=scaled(4000),
            runtime=scaled(240),
        params:
            settings=partial(prepare_settings_of, name),
            folder=subpath(output.audit, parent=True),
        shell:
            "dmlr prepare --settings {params.settings:q} --out {params.folder} 2>&1 | tee {log}"
