# The checked configuration, and the paths that the rules compose from it.
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import get_args

from snakemake.exceptions import WorkflowError

import dmlr.config
import dmlr.published
from dmlr.checkpoint import signature
from dmlr.errors import DmlrError
from dmlr.experiment import FigureName
from dmlr.merged import completed
from dmlr.measures import failures as measured
from dmlr.methods import failures
from dmlr.attempts import attempts
from dmlr.devices import needs
from dmlr.provenance import fingerprint
from dmlr.reverify import check
from dmlr.settings import RunKey
from dmlr.verify import failures as judgements
from dmlr.judges import check_judges, judge_limits

RUN = "{benchmark}/{model}/{profile}/seed-{seed}"
SHARD = "results/benchmarks/{benchmark}/shards/{shard}.jsonl"
MANIFEST = "results/features/{model}/{benchmark}/{shard}.json"
LEDGER = "results/ledger.sqlite"

# As a module of another workflow: that one's config is what it changes, and the files of workflow/Snakefile are not read.
IS_MODULE = workflow.modifier.skip_configfile
if IS_MODULE and workflow.modifier.modify_path("results") != "results":
    raise WorkflowError(
        "module: prefix and replace_prefix must be left out, since jobs write to results/, reports/ and "
        "logs/ of the working directory; give the workflow a directory of its own with --directory"
    )

try:
    told = (config, workflow.configfiles)
    EXPERIMENT = dmlr.config.load(*(completed(*told) if IS_MODULE else told))
    CACHE = str(dmlr.config.cache_folder(EXPERIMENT))
    check_judges(EXPERIMENT, Path(LEDGER), Path(CACHE, Path(LEDGER).name))
    dmlr.published.read()  # a slip in it is told before anything runs
    for name in EXPERIMENT.models:
        signature(EXPERIMENT.model_catalog[name].model)
    SHARDS = {
        name: dmlr.config.shards_of(EXPERIMENT, name) for name in EXPERIMENT.benchmarks
    }
except DmlrError as error:
    raise WorkflowError(str(error)) from None


# Within results/ features and judges' replies are by content as it is; a cache elsewhere has them for other directories.
SHARED = (
    ""
    if Path(CACHE).resolve().is_relative_to(Path("results").resolve())
    else f"--cache {shlex.quote(CACHE)}"
)


# Checkpoints re-plan after they ran, and these options would then skip work without a word.
PARTIAL = {"--until", "-U", "--omit-from", "-O", "--batch"}
if PARTIAL & {word.partition("=")[0] for word in sys.argv}:
    raise WorkflowError(
        "--until, --omit-from and --batch skip work silently in this workflow; "
        "name a target instead: prepared, features, reasoning, measures, verdicts, tables, table1, table2, figures, "
        "reverify or all"
    )
# One word of the command line: the target, by the name that a workflow whose module this is gives it.
REVERIFY = workflow.modifier.modify_rulename("reverify") in sys.argv


wildcard_constraints:
    benchmark="|".join(EXPERIMENT.benchmark_catalog),
    model="|".join(EXPERIMENT.model_catalog),
    profile="|".join(EXPERIMENT.profile_catalog),
    protocol="|".join(EXPERIMENT.protocol_catalog),
    seed=r"\d+",
    shard=r"\d{5}",
    run=r"[a-z0-9.-]+",
    figure="|".join(get_args(FigureName)),


def shard_files(benchmark):
    return expand(SHARD, benchmark=benchmark, shard=SHARDS[benchmark])


# The shards of a benchmark in blocks: a job for each.
def blocks_of(benchmark):
    return dmlr.config.blocks(SHARDS[benchmark], EXPERIMENT.shards_per_job)


# A pattern for each shard of a block; other wildcards stay.
def of_block(pattern, benchmark, block):
    return expand(pattern, benchmark=benchmark, shard=block, allow_missing=True)


def each(option, paths):
    return [f"{option} {path}" for path in paths]


def run_files(pattern, key):
    return expand(pattern, shard=SHARDS[key.benchmark], **key.model_dump())


PREDICTIONS = f"results/runs/{RUN}/{{shard}}.predictions.parquet"
TRACES = f"results/runs/{RUN}/{{shard}}.traces.parquet"
MEASURES = f"results/measures/{RUN}/{{shard}}"
VERDICTS = f"results/verdicts/{{protocol}}/{RUN}.parquet"


def all_runs(pattern):
    keys = dmlr.config.run_keys(EXPERIMENT)
    return [path for key in keys for path in run_files(pattern, key)]


def all_audits():
    return expand("results/benchmarks/{b}/audit.json", b=EXPERIMENT.benchmarks)


def all_prepared():
    files = [
        path for benchmark in EXPERIMENT.benchmarks for path in shard_files(benchmark)
    ]
    return [*files, *all_audits()]


def all_manifests():
    return [
        path
        for model in EXPERIMENT.models
        for benchmark in EXPERIMENT.benchmarks
        for path in expand(
            MANIFEST, model=model, benchmark=benchmark, shard=SHARDS[benchmark]
        )
    ]


# Where nothing is answered again, predictions may have come without the features that they were made from.
def known_manifests():
    return [path for path in all_manifests() if not REVERIFY or Path(path).exists()]


def all_predictions():
    return all_runs(PREDICTIONS)


def all_verdicts():
    keys = dmlr.config.run_keys(EXPERIMENT)
    return [
        expand(VERDICTS, protocol=protocol, **key.model_dump())[0]
        for key in keys
        for protocol in EXPERIMENT.protocols
    ]


def all_exports():
    slugs = [key.slug for key in dmlr.config.run_keys(EXPERIMENT)]
    return expand("results/exports/{run}/results.json", run=slugs)


# What the figures need beyond the answers, for the whole experiment.
def chain_files():
    keys = dmlr.config.measured_keys(EXPERIMENT, EXPERIMENT.measures.chains)
    return [
        path for key in keys for path in run_files(f"{MEASURES}.chains.parquet", key)
    ]


# Of the first shard of each benchmark: attention maps, and the embeddings beside them.
def attention_files():
    keys = dmlr.config.measured_keys(EXPERIMENT, EXPERIMENT.measures.attention)
    return [
        f"results/measures/{key.folder}/{SHARDS[key.benchmark][0]}.{kind}.parquet"
        for key in keys
        for kind in ("attention", "embeddings")
    ]


# The pages show maps of attention where there are any; reverify measures nothing.
def attention_maps():
    return [
        path
        for path in attention_files()
        if path.endswith(".attention.parquet") and (not REVERIFY or Path(path).exists())
    ]


FIGURES = get_args(FigureName)


def figure_measures(figure):
    if figure in ("figure2", "figure3", "figure4"):
        return chain_files()
    return attention_files() if figure == "figure10" else []


# reverify measures nothing, so it draws what was measured before.
def figure_files():
    drawn = [
        name
        for name in EXPERIMENT.figures
        if not REVERIFY or all(Path(path).exists() for path in figure_measures(name))
    ]
    return expand(
        "results/figures/{figure}{suffix}",
        figure=drawn,
        suffix=[".pdf", ".svg", ".csv", ".md"],
    )


# What dmlr bench --out wrote there; the pages show it where there is any.
def bench_files():
    return sorted(str(path) for path in Path("results/bench").glob("*.json"))


# The run that wildcards name; its benchmark is theirs too, or a rule's own.
def key_of(wildcards, benchmark=None):
    return RunKey(
        benchmark=benchmark or wildcards.benchmark,
        model=wildcards.model,
        profile=wildcards.profile,
        seed=int(wildcards.seed),
    )


def reason_settings_of(benchmark, wildcards):
    return dmlr.config.reason_settings(EXPERIMENT, key_of(wildcards, benchmark))


# How often samples of each shard of a block have failed.
def failed_attempts(pattern, note_path, benchmark, block, wildcards):
    key = key_of(wildcards, benchmark)
    paths = expand(pattern, shard=block, **key.model_dump())
    return f"attempts: {[attempts(note_path(Path(path))) for path in paths]}"


def failed_judgements(wildcards):
    path = expand(
        VERDICTS, protocol=wildcards.protocol, **key_of(wildcards).model_dump()
    )[0]
    return f"attempts: {attempts(judgements.note_path(Path(path)))}"


# Snakemake would read the braces of a plain text param as wildcards; it leaves a function's result alone.
def prepare_settings_of(name, wildcards):
    return dmlr.config.prepare_settings(EXPERIMENT, name)


def aggregate_settings(wildcards):
    return dmlr.config.aggregate_settings(EXPERIMENT)


def figure_settings(wildcards):
    return dmlr.config.figure_settings(EXPERIMENT)


def report_settings(wildcards):
    return dmlr.config.report_settings(EXPERIMENT)


if REVERIFY:
    try:
        check(
            EXPERIMENT,
            Path("results"),
            [*all_prepared(), *all_predictions(), *all_runs(TRACES)],
        )
    except DmlrError as error:
        raise WorkflowError(str(error)) from None
