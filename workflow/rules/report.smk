rule report:
    input:
        database="results/dmlr.duckdb",
        tables=rules.aggregate.output.tables,
        audits=expand(
            "results/benchmarks/{benchmark}/audit.json",
            benchmark=EXPERIMENT.benchmarks,
        ),
        attention=attention_maps(),
    output:
        index="reports/index.html",
    log:
        "logs/report.log",
    benchmark:
        "logs/report.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        settings=report_settings,
    shell:
        "dmlr report --settings {params.settings:q} --database {input.database} "
        "--results results --out reports 2>&1 | tee {log}"
