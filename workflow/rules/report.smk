rule report:
    input:
        database="results/dmlr.duckdb",
    output:
        index="reports/index.html",
    log:
        "logs/report.log",
    benchmark:
        "logs/report.benchmark.tsv"
    params:
        settings=report_settings,
    conda:
        "../../environment.yml"
    shell:
        "dmlr report --settings {params.settings:q} --database {input.database} "
        "--results results --out reports 2>&1 | tee {log}"
