rule export:
    input:
        database="results/dmlr.duckdb",
    output:
        results="results/exports/{run}/results.json",
    log:
        "logs/export/{run}.log",
    benchmark:
        "logs/export/{run}.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("export"),
        folder="results/exports",
    shell:
        "dmlr export {wildcards.run} --database {input.database} --out {params.folder} "
        "2>&1 | tee {log}"
