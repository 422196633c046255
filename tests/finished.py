"""A small finished project, whose predictions are made up and everything after them is real."""

import yaml

from dmlr import config
from dmlr.datasets.prepare import prepare
from dmlr.datasets.shard import read_shard
from dmlr.datasets.told import PrepareSettings
from dmlr.figures.figure import figure
from dmlr.figures.told import FigureSettings
from dmlr.merged import configuration
from dmlr.provenance import fingerprint, machine
from dmlr.records import Prediction, TraceStep, write_records
from dmlr.report.report import report
from dmlr.report.told import ReportSettings
from dmlr.store.aggregate import aggregate
from dmlr.store.told import AggregateSettings
from dmlr.verify.protocol import VerifySettings
from dmlr.verify.verify import RunFiles, verify

SMALL = {
    "benchmark_catalog": {"shapes": {"samples": 7}},
    "shard_size": 4,
    "profiles": ["vanilla", "dmlr-paper"],
    "protocols": ["paper", "extracted"],
    "figures": ["figure8"],
}


def finished(folder, changes):
    """Write ``small.yaml``, ``results/`` and ``reports/``; paths in them start in the folder."""
    (folder / "small.yaml").write_text(yaml.safe_dump({**SMALL, **changes}))
    experiment, results = loaded(folder), folder / "results"
    told = PrepareSettings.model_validate_json(config.prepare_settings(experiment, "shapes"))
    prepare(told, results / "benchmarks/shapes")
    for key in config.run_keys(experiment):
        answer(experiment, key, results)
        for protocol in experiment.protocols:
            score(experiment, key, protocol, results)
    summarise(experiment, results, folder / "reports")


def loaded(folder):
    return config.load(*configuration([folder / "small.yaml"]))


def answer(experiment, key, results):
    """The right answer to two of three samples, and to the others A, each with a formula before it."""
    model = experiment.model_catalog[key.model].model.model_dump()
    profile = experiment.profile_catalog[key.profile].model_dump()
    made = {
        **machine(), "code": fingerprint("reason"), "model": model, "profile": profile,
        "seed": key.seed, "weights": "w", "processing": "p",
    }  # fmt: skip
    for shard in config.shards_of(experiment, key.benchmark):
        samples = read_shard(results / f"benchmarks/{key.benchmark}/shards/{shard}.jsonl")
        replies = [
            one.gold["official"].letter if place % 3 else "A" for place, one in enumerate(samples)
        ]
        answers = [
            Prediction(
                sample_id=one.sample_id, status="ok", text=f"={key.profile}: \\boxed{{{letter}}}"
            )
            for one, letter in zip(samples, replies, strict=True)
        ]
        stem = results / "runs" / key.folder / shard
        write_records(stem.with_suffix(".predictions.parquet"), Prediction, answers, made)
        write_records(stem.with_suffix(".traces.parquet"), TraceStep, [], made)


def score(experiment, key, protocol, results):
    told = config.verify_settings(experiment, protocol, key.benchmark)
    shards = config.shards_of(experiment, key.benchmark)
    files = RunFiles(
        [results / f"benchmarks/{key.benchmark}/shards/{shard}.jsonl" for shard in shards],
        [results / f"runs/{key.folder}/{shard}.predictions.parquet" for shard in shards],
        results / f"verdicts/{protocol}/{key.folder}.parquet",
        results / "ledger.sqlite",
    )
    verify(VerifySettings.model_validate_json(told), files, {"retries": 0, "concurrency": 1})


def summarise(experiment, results, reports):
    told = AggregateSettings.model_validate_json(config.aggregate_settings(experiment))
    aggregate(told, results, results / "dmlr.duckdb")
    for name in experiment.figures:
        drawn = FigureSettings.model_validate_json(config.figure_settings(experiment))
        figure(name, drawn, results / "dmlr.duckdb", results, results / "figures")
    told = ReportSettings.model_validate_json(config.report_settings(experiment))
    report(told, results / "dmlr.duckdb", results, reports)
