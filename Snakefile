# The workflow is workflow/Snakefile; this file makes `snakemake` find it and states its default target.
include: "workflow/Snakefile"


rule default:
    default_target: True
    input:
        rules.all.input,
