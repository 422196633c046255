rule report:
    input:
        database="results/dmlr.duckdb",
        tables=rules.aggregate.output.tables,
        audits=expand(
            "results/benchmarks/{benchmark}/audit.json",
            benchmark=EXPERIMENT.benchmarks,
        ),
        attention=attention_maps(),
        figures=figure_files(),
        benches=bench_files(),
    output:
        index=report(
            "reports/index.html",
            caption="../report/index.rst",
            category="Pages",
            labels={"page": "overview"},
        ),
    log:
        "logs/report.log",
    benchmark:
        "logs/report.benchmark.tsv"
    localrule: True
    conda:
        "../../environment.yml"
    resources:
        mem_mb=scaled(8000),
        runtime=scaled(60),
    params:
        settings=report_settings,
    shell:
        "dmlr report --settings {params.settings:q} --database {input.database} "
        "--results results --out reports 2>&1 | tee {log}"
