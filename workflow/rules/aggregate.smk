rule aggregate:
    input:
        shards=[path for name in EXPERIMENT.benchmarks for path in shard_files(name)],
        predictions=all_predictions(),
        traces=all_runs(TRACES),
        verdicts=all_verdicts(),
    output:
        database="results/dmlr.duckdb",
        tables=multiext("results/tables/accuracy", ".csv", ".md", ".tex"),
        protocols="results/tables/protocols.md",
        metrics=multiext("results/tables/metrics", ".csv", ".md"),
        agreement=multiext(
            "results/tables/agreement", ".csv", ".md", "-all.csv", "-all.md"
        ),
        disputed="results/tables/disputed.csv",
        judging=multiext("results/tables/judging", ".csv", ".md"),
        compute=multiext("results/tables/compute", ".csv", ".md"),
        seeds=multiext("results/tables/seeds", ".csv", ".md", ".tex", ".parquet"),
        reward=multiext("results/tables/reward", ".csv", ".md", ".tex", ".parquet"),
        exports=expand(
            "results/exports/{run}/results.json",
            run=[key.slug for key in dmlr.config.run_keys(EXPERIMENT)],
        ),
    log:
        "logs/aggregate.log",
    benchmark:
        "logs/aggregate.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        settings=aggregate_settings,
    shell:
        "dmlr aggregate --settings {params.settings:q} --results results "
        "--out {output.database} 2>&1 | tee {log}"
