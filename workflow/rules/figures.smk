# Measures are many files, which the stage finds by the settings; they are inputs all the same.
rule figure:
    input:
        database="results/dmlr.duckdb",
        measures=lambda wildcards: figure_measures(wildcards.figure),
    output:
        multiext("results/figures/{figure}", ".pdf", ".csv", ".md"),
        report(
            "results/figures/{figure}.svg",
            caption="../report/figure.rst",
            category="Figures",
            labels={"figure": "{figure}"},
        ),
    log:
        "logs/figures/{figure}.log",
    benchmark:
        "logs/figures/{figure}.benchmark.tsv"
    localrule: True
    conda:
        "../../environment.yml"
    resources:
        mem_mb=scaled(4000),
        runtime=scaled(30),
    params:
        settings=figure_settings,
    shell:
        "dmlr figure {wildcards.figure} --settings {params.settings:q} "
        "--database {input.database} --results results --out results/figures 2>&1 | tee {log}"


# Each figure by its name: snakemake figure6
for name in FIGURES:

    rule:
        name:
            name
        input:
            multiext(f"results/figures/{name}", ".pdf", ".svg", ".csv", ".md"),
        localrule: True
