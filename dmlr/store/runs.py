"""The runs with their predictions, traces and verdicts: read from their records, or kept."""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dmlr.files import canonical
from dmlr.records import TraceStep, read_provenance
from dmlr.store.provenance import (
    add_provenance,
    answers_origin,
    short_id,
    tables_origin,
    verdicts_origin,
)  # fmt: skip
from dmlr.store.sources import (
    Kind,
    Part,
    Source,
    add_sources,
    run_files,
    run_settings,
    sources,
    verdict_file,
)  # fmt: skip
from dmlr.store.told import AggregateSettings, PlannedRun

KINDS: tuple[Kind, ...] = ("predictions", "traces", "verdicts")


def add_runs(
    database: duckdb.DuckDBPyConnection,
    settings: AggregateSettings,
    results: Path,
    kept: Collection[Part],
) -> None:
    """Add all runs; the rows of ``kept`` parts are copied from the attached database ``previous``.

    Raises:
        RecordError: records are missing or damaged, or shards of one run do not belong together.
    """
    origins = _origins(database, settings, results, kept)
    ids = {run: short_id(origin) for run, origin in origins.items()}
    add_provenance(database, "run", origins.values())
    add_provenance(database, "tables", [tables_origin(settings, ids)])
    for run in settings.runs:
        _add_run(database, run, origins[run.key.slug])
    found = sources(settings, results)
    for kind in KINDS:
        of_kind = [one for one in found if one.kind == kind]
        _read(database, kind, [one for one in of_kind if one.part not in kept])
        _copy(database, kind, {one.part for one in of_kind if one.part in kept})
    add_sources(database, found, results)


def _origins(
    database: duckdb.DuckDBPyConnection,
    settings: AggregateSettings,
    results: Path,
    kept: Collection[Part],
) -> dict[str, dict[str, Any]]:
    """Run -> what it came from."""
    previous = _previous(database) if kept else {}
    found = {}
    for run in settings.runs:
        name = run.key.slug
        then = previous.get(name, {})
        if Part(name, None) in kept:
            answers = {key: then[key] for key in ("answers", "shards")}
        else:
            for path in run_files(run, results, "traces"):
                read_provenance(path, TraceStep)
            answers = answers_origin(run, run_files(run, results, "predictions"))
        verdicts = {
            protocol: then["verdicts"][protocol]
            if Part(name, protocol) in kept
            else verdicts_origin(database, verdict_file(run, protocol, results))
            for protocol in settings.protocols
        }
        found[name] = {"run": name, **answers, "verdicts": verdicts}
    return found


def _previous(database: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    rows = database.execute("SELECT content FROM previous.provenance WHERE kind = 'run'").fetchall()
    contents = [json.loads(text) for (text,) in rows]
    return {content["run"]: content for content in contents}


def _add_run(
    database: duckdb.DuckDBPyConnection, run: PlannedRun, origin: Mapping[str, Any]
) -> None:
    key = run.key
    first = {**origin["answers"], **origin["shards"][run.shards[0]]}
    told = [canonical(run_settings(run)), canonical(first), short_id(origin)]
    row = [key.slug, key.benchmark, key.model, key.profile, key.seed, *told]
    database.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _read(database: duckdb.DuckDBPyConnection, table: Kind, found: Iterable[Source]) -> None:
    """All files of a kind in one statement: a statement per file would take minutes for a grid."""
    rows = [{"filename": str(one.path), **one.part._asdict()} for one in found]
    if not rows:
        return
    names = pa.Table.from_pylist(rows)  # noqa: F841  (DuckDB reads it by its name)
    key = "run, protocol" if table == "verdicts" else "run"
    database.execute(
        f"INSERT INTO {table} BY NAME SELECT {key}, records.* EXCLUDE (filename) "  # noqa: S608
        "FROM read_parquet(?, filename = true) AS records JOIN names USING (filename)",
        [[row["filename"] for row in rows]],
    )


def _copy(database: duckdb.DuckDBPyConnection, table: Kind, kept: Collection[Part]) -> None:
    if not kept:
        return
    parts = pa.Table.from_pylist([part._asdict() for part in sorted(kept)])  # noqa: F841
    key = "run, protocol" if table == "verdicts" else "run"
    database.execute(
        f"INSERT INTO {table} BY NAME SELECT * FROM previous.{table} "  # noqa: S608
        f"SEMI JOIN parts USING ({key})"
    )
