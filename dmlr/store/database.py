"""The DuckDB database: built beside the old one in one transaction, then swapped in.

What the old one has read from files that are still the same is copied out of it, so that a change of
one run reads that run's records alone. Nothing is ever changed in place: DuckDB checks keys too eagerly
where rows of one key are deleted and inserted in one transaction, and does not give back their space.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from dmlr.datasets.shard import read_shard
from dmlr.errors import RecordError
from dmlr.files import replacing
from dmlr.locks import held
from dmlr.records import Sample, to_table
from dmlr.store.audits import add_audits, add_features
from dmlr.store.calls import add_calls
from dmlr.store.opening import connected, reported
from dmlr.store.published import add_published
from dmlr.store.runs import add_runs
from dmlr.store.sources import kept_parts
from dmlr.store.told import AggregateSettings

# In the order in which they refer to each other.
TABLES = (
    "experiment", "protocols", "paper_names", "published", "ladder",
    "samples", "provenance", "runs", "predictions", "traces", "verdicts",
    "sources", "judge_calls", "audits", "audit_floors", "audit_doubts", "features",
    "cells", "pairs", "flips", "compute", "judging", "members", "groups", "agreement", "disputed",
    "units", "drawn", "drawn_pairs", "patterns", "reward",
    "measured", "controls", "label_pairs", "ceilings", "rungs", "gap",
)  # fmt: skip
LEDGER = "ledger.sqlite"  # under the folder of results


def build(settings: AggregateSettings, results: Path, out: Path) -> None:
    """Build the database from the records under ``results`` and put it in place of the old one.

    Until then the old one stays as it is, and readable, whatever happens.

    Raises:
        RecordError: records are missing or damaged, or shards of one run do not belong together.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    lock = out.with_name(f"{out.name}.lock")
    with held(lock, f"{out}: another process builds it"):
        _remove_unfinished(out)
        with replacing(out) as temporary:
            temporary.unlink()  # DuckDB wants to create the file itself
            with connected(temporary) as database, _reported(results), reported(out):
                _fill(database, settings, results, out)
            # Of a process that wrote to the old one and was killed: it must not go with the new one.
            out.with_name(f"{out.name}.wal").unlink(missing_ok=True)


def create(database: duckdb.DuckDBPyConnection) -> None:
    """Create all tables and views, empty."""
    for name in TABLES:
        sql = files("dmlr.store") / "sql" / f"{name}.sql"
        database.execute(sql.read_text(encoding="utf-8"))


def _fill(
    database: duckdb.DuckDBPyConnection, settings: AggregateSettings, results: Path, out: Path
) -> None:
    known = _attached(database, out, settings.code)
    kept = kept_parts(database, settings, results) if known else set()
    database.execute("BEGIN")
    create(database)
    _add_experiment(database, settings)
    if settings.published is not None:
        add_published(database)
    _add_samples(database, settings, results)
    add_runs(database, settings, results, kept)
    add_calls(database, results / LEDGER)
    add_audits(database, settings, results)
    add_features(database, settings, results)
    database.execute("COMMIT")


def _attached(database: duckdb.DuckDBPyConnection, path: Path, code: str) -> bool:
    """Attach the database of the file as ``previous``, to be read; False: it is none of this code."""
    name = str(path).replace("'", "''")
    try:
        database.execute(f"ATTACH '{name}' AS previous (READ_ONLY)")
        told = database.execute(
            "SELECT content->>'$.code' FROM previous.provenance WHERE kind = 'tables'"
        ).fetchall()
    except duckdb.Error:  # none, another program's, an older one, or one of a newer DuckDB
        return False
    return told == [(code,)]


def _remove_unfinished(out: Path) -> None:
    """Remove what killed processes left; whoever holds the lock is the only one that builds."""
    for path in out.parent.glob(f".{out.name}.*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextmanager
def _reported(results: Path) -> Iterator[None]:
    """What DuckDB has to say against the records, as one line."""
    try:
        yield
    except duckdb.Error as error:
        fault = str(error).splitlines()[0]
        raise RecordError(
            f"{results}: records must be whole and belong together, got {fault}; remove the file that "
            "it is about and run again"
        ) from None


def _add_experiment(database: duckdb.DuckDBPyConnection, settings: AggregateSettings) -> None:
    told = [settings.flips_against, settings.max_unscored_share]
    database.execute("INSERT INTO experiment VALUES (?, ?)", told)
    for position, name in enumerate(settings.protocols):
        judge = settings.judges.get(name)
        prices = (judge.input_price, judge.output_price) if judge else (None, None)
        row = [name, position, judge and judge.name, *prices]
        database.execute("INSERT INTO protocols VALUES (?, ?, ?, ?, ?)", row)
    for position, name in enumerate(settings.ladder):
        database.execute("INSERT INTO ladder VALUES (?, ?)", [name, position])


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
