rule export:
    input:
        database="results/dmlr.duckdb",
    output:
        results="results/exports/{run}/results.json",
    log:
        "logs/export/{run}.log",
    benchmark:
        "logs/export/{run}.benchmark.tsv"
    localrule: True
    conda:
        "../../environment.yml"
    resources:
        mem_mb=scaled(4000),
        runtime=scaled(30),
    params:
        code=fingerprint("export"),
    shell:
        "dmlr export {wildcards.run} --database {input.database} --out results/exports "
        "2>&1 | tee {log}"
