"""The DuckDB database: built whole from the records of all runs, then swapped in."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from dmlr.datasets.shard import read_shard
from dmlr.errors import RecordError
from dmlr.files import canonical, replacing
from dmlr.records import Prediction, Sample, TraceStep, Verdict, read_provenance, to_table
from dmlr.settings import AggregateSettings, Model, PlannedRun

# In the order in which they refer to each other.
TABLES = (
    "experiment", "protocols", "samples", "runs", "predictions", "traces", "verdicts", "cells",
    "pairs", "flips", "compute", "judging", "groups", "agreement", "disputed", "units", "drawn",
    "drawn_pairs", "patterns", "reward",
)  # fmt: skip
# What the shards of one run must agree in.
SAME = ("code", "model", "profile", "seed", "packages", "weights", "processing")


def build(settings: AggregateSettings, results: Path, out: Path) -> None:
    """Build the database from the records under ``results`` and put it in place of the old one.

    Raises:
        RecordError: records are missing or damaged, or shards of one run do not belong together.
    """
    with replacing(out) as temporary:
        temporary.unlink()  # DuckDB wants to create the file itself
        with duckdb.connect(str(temporary)) as database:
            for name in TABLES:
                database.execute(_sql(name))
            _add_experiment(database, settings)
            _add_samples(database, settings, results)
            for run in settings.runs:
                _add_run(database, run, settings.protocols, results)


def run_files(run: PlannedRun, results: Path, suffix: str) -> list[Path]:
    """A run's files of one kind (predictions, traces), in the order of its shards."""
    folder = results / "runs" / run.key.folder
    return [folder / f"{shard}.{suffix}.parquet" for shard in run.shards]


def verdict_file(run: PlannedRun, protocol: str, results: Path) -> Path:
    """A run's verdicts under a protocol."""
    return results / "verdicts" / protocol / f"{run.key.folder}.parquet"


def _sql(name: str) -> str:
    return (files("dmlr.store") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _add_experiment(database: duckdb.DuckDBPyConnection, settings: AggregateSettings) -> None:
    told = [settings.flips_against, settings.max_unscored_share]
    database.execute("INSERT INTO experiment VALUES (?, ?)", told)
    for position, name in enumerate(settings.protocols):
        judge = settings.judges.get(name)
        prices = (judge.input_price, judge.output_price) if judge else (None, None)
        row = [name, position, judge and judge.name, *prices]
        database.execute("INSERT INTO protocols VALUES (?, ?, ?, ?, ?)", row)


def _add_samples(
    database: duckdb.DuckDBPyConnection, settings: AggregateSettings, results: Path
) -> None:
    shards = {run.key.benchmark: run.shards for run in settings.runs}
    for benchmark, names in shards.items():
        folder = results / "benchmarks" / benchmark / "shards"
        samples = [sample for name in names for sample in read_shard(folder / f"{name}.jsonl")]
        prepared = to_table(Sample, samples)  # noqa: F841  (DuckDB reads it by its name)
        database.execute(
            "INSERT INTO samples BY NAME SELECT ? AS benchmark, * FROM prepared", [benchmark]
        )


def _add_run(
    database: duckdb.DuckDBPyConnection, run: PlannedRun, protocols: list[str], results: Path
) -> None:
    predictions = run_files(run, results, "predictions")
    key = run.key
    row = [key.slug, key.benchmark, key.model, key.profile, key.seed]
    told = json.dumps({"model": run.model, "profile": run.profile})
    database.execute(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)",
        [*row, told, json.dumps(_provenance(run, predictions))],
    )
    _add_records(database, "predictions", predictions, {"run": key.slug})
    traces = run_files(run, results, "traces")
    for path in traces:
        read_provenance(path, TraceStep)
    _add_records(database, "traces", traces, {"run": key.slug})
    for protocol in protocols:
        path = verdict_file(run, protocol, results)
        read_provenance(path, Verdict)
        _add_records(database, "verdicts", [path], {"run": key.slug, "protocol": protocol})


def _add_records(
    database: duckdb.DuckDBPyConnection, table: str, paths: list[Path], columns: dict[str, str]
) -> None:
    named = ", ".join(f"? AS {name}" for name in columns)
    names = [str(path) for path in paths]
    database.execute(
        f"INSERT INTO {table} BY NAME SELECT {named}, * FROM read_parquet(?)",  # noqa: S608
        [*columns.values(), names],
    )


def _provenance(run: PlannedRun, paths: list[Path]) -> dict[str, Any]:
    """What the run's shards came from; where and when each was made may differ."""
    first = read_provenance(paths[0], Prediction)
    model = {name: value for name, value in run.model.items() if name in Model.model_fields}
    planned = {"profile": run.profile, "model": model, "seed": run.key.seed}
    for name, value in planned.items():
        if canonical(first[name]) != canonical(value):
            raise RecordError(
                f"{paths[0]}: {name} must be the planned {value}, got {first[name]}; remove the "
                "file and run again"
            )
    for path in paths[1:]:
        other = read_provenance(path, Prediction)
        for name in SAME:
            if canonical(other[name]) != canonical(first[name]):
                raise RecordError(
                    f"{path}: {name} must be that of {paths[0].name}, {first[name]}, got "
                    f"{other[name]}; remove the file and run again"
                )
    return first
