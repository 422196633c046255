"""The audits of the benchmarks as rows, and which file holds which picture's features."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dmlr.errors import RecordError
from dmlr.records import AUDIT_FORMAT
from dmlr.store.told import AggregateSettings

Row = dict[str, Any]


def add_audits(
    database: duckdb.DuckDBPyConnection, settings: AggregateSettings, results: Path
) -> None:
    """Add what ``audit.json`` of every benchmark counts and doubts; a benchmark without one has no row.

    Raises:
        RecordError: a file is damaged or of another format.
    """
    paths = [results / "benchmarks" / name / "audit.json" for name in settings.benchmarks]
    audits = [_read(path, _audit) for path in paths if path.exists()]
    for table, rows in (("audits", _counts), ("audit_floors", _floors), ("audit_doubts", _doubts)):
        _add(database, table, [row for audit in audits for row in rows(audit)])


def add_features(
    database: duckdb.DuckDBPyConnection, settings: AggregateSettings, results: Path
) -> None:
    """Add the manifests of features that are there.

    Raises:
        RecordError: a manifest is damaged.
    """
    folder = results / "features"
    keys = {(run.key.model, run.key.benchmark): run.shards for run in settings.runs}
    rows = [
        {"model": model, "benchmark": benchmark, "shard": shard, "image": image, "file": file}
        for (model, benchmark), shards in keys.items()
        for shard in shards
        if (path := folder / model / benchmark / f"{shard}.json").exists()
        for image, file in _read(path, lambda found: found["features"].items())
    ]
    _add(database, "features", rows)


def _read(path: Path, take: Callable[[Any], Any]) -> Any:
    try:
        return take(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordError(
            f"{path}: cannot be read ({error}); remove it and run snakemake again"
        ) from None


def _audit(found: Any) -> Any:
    if found["format"] != AUDIT_FORMAT:
        raise ValueError(f"must be of format {AUDIT_FORMAT}, got {found['format']}")
    return found


def _counts(audit: Row) -> Iterator[Row]:
    told = {"benchmark": audit["benchmark"], "samples": audit["samples"], "images": audit["images"]}
    for labels, found in audit["labels"].items():
        counts = {name: found[name] for name in ("answers", "empty", "reachable")}
        yield {**told, "labels": labels, "skipped": len(audit["skipped"]), **counts}


def _floors(audit: Row) -> Iterator[Row]:
    for floor in audit["floors"]:
        told = {name: floor[name] for name in ("labels", "metric", "answer", "correct")}
        yield {"benchmark": audit["benchmark"], **told, "total": floor["of"]}


def _doubts(audit: Row) -> Iterator[Row]:
    benchmark = audit["benchmark"]
    for found in audit["findings"]:
        for sample in found["samples"]:
            yield {
                "benchmark": benchmark,
                "sample_id": f"{benchmark}/{sample}",
                "doubt": found["check"],
                "labels": found["labels"] or None,
                "explains": found["explains"],
                "details": found["details"].get(sample),
            }


def _add(database: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    if rows:
        read = pa.Table.from_pylist(rows)  # noqa: F841  (DuckDB reads it by its name)
        database.execute(f"INSERT INTO {table} BY NAME SELECT * FROM read")  # noqa: S608
