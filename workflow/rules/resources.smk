# What jobs ask for. Resources are no params: no change of them re-runs anything. A machine without a limit of its own
# (snakemake --resources mem_mb=N) is not limited by them. A retried job asks for so many times as much.
def scaled(amount):
    return lambda wildcards, attempt: attempt * amount


def model_memory(wildcards, attempt):
    return attempt * needs.memory_mb(EXPERIMENT.model_catalog[wildcards.model].model)


def model_minutes(samples):
    return lambda wildcards, attempt: attempt * needs.minutes(
        EXPERIMENT.model_catalog[wildcards.model].model, samples
    )


def samples_of(block):
    return len(block) * EXPERIMENT.shard_size


# With gpu_share, `--resources gpu=N` counts so many jobs for each GPU.
def gpus_of(wildcards):
    return EXPERIMENT.model_catalog[wildcards.model].gpus
