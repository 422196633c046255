TABLES = [
    "accuracy",
    "protocols",
    "metrics",
    "agreement",
    "agreement-all",
    "judging",
    "compute",
    "seeds",
    "reward",
    "table1",
    "table2",
    "controls",
    "labels",
    "ceilings",
    "gap",
    "ladder",
]


# The ledger is read too, but it is no input: it grows whenever any experiment asks a judge. What it says about a run
# here changes with the run's verdicts, which are inputs.
rule aggregate:
    input:
        shards=[path for name in EXPERIMENT.benchmarks for path in shard_files(name)],
        predictions=all_predictions(),
        traces=all_runs(TRACES),
        verdicts=all_verdicts(),
        audits=all_audits(),
        manifests=known_manifests(),
    output:
        database="results/dmlr.duckdb",
        tables=expand(
            "results/tables/{table}.{kind}",
            table=TABLES,
            kind=["parquet", "md", "tex"],
        ),
        numbers=[
            report(
                f"results/tables/{table}.csv",
                caption="../report/table.rst",
                category="Tables",
                labels={"table": table},
            )
            for table in TABLES
        ],
        disputed="results/tables/disputed.csv",
    log:
        "logs/aggregate.log",
    benchmark:
        "logs/aggregate.benchmark.tsv"
    localrule: True
    conda:
        "../../environment.yml"
    resources:
        mem_mb=scaled(8000),
        runtime=scaled(60),
    params:
        settings=aggregate_settings,
    shell:
        "dmlr aggregate --settings {params.settings:q} --results results "
        "--out {output.database} 2>&1 | tee {log}"
