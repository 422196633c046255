"""What runs and tables came from, under short ids that the footers of tables name."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from dmlr.errors import RecordError
from dmlr.files import canonical, digest
from dmlr.provenance import versions
from dmlr.records import Prediction, Verdict, read_provenance
from dmlr.settings import Model
from dmlr.store.told import AggregateSettings, PlannedRun

ID = 12  # hex digits of an id
# What the shards of one run must agree in; where and when each was made may differ.
SAME = ("code", "model", "profile", "card", "seed", "packages", "weights", "processing")
# Libraries whose version can change a number of a table.
PACKAGES = ("duckdb", "numpy", "scipy", "statsmodels")
# Of what verify records: how fast a judge was asked, and where files were. No verdict depends on it.
BESIDE = ("files", "limits")


def short_id(content: Any) -> str:
    """The id of what something came from: equal contents have one id."""
    return digest(content)[:ID]


def footer(database: duckdb.DuckDBPyConnection) -> str:
    """The line below every table that says what it came from."""
    ((found,),) = database.execute("SELECT id FROM provenance WHERE kind = 'tables'").fetchall()
    return f"provenance {found}; dmlr show {found} expands it"


def run_ids(database: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The id of what each run came from."""
    return dict(database.execute("SELECT run, provenance_id FROM runs").fetchall())


def answers_origin(run: PlannedRun, paths: list[Path]) -> dict[str, Any]:
    """What a run's answers came from: ``answers`` in all shards, ``shards`` in each what is its own.

    Raises:
        RecordError: a shard is not the planned one, or was made by other code or weights than the first.
    """
    heads = [read_provenance(path, Prediction) for path in paths]
    first = heads[0]
    model = {name: value for name, value in run.model.items() if name in Model.model_fields}
    planned = {"profile": run.profile, "model": model, "seed": run.key.seed}
    for name, value in planned.items():
        if canonical(first[name]) != canonical(value):
            raise RecordError(
                f"{paths[0]}: {name} must be the planned {value}, got {first[name]}; remove the "
                "file and run again"
            )
    for path, head in zip(paths[1:], heads[1:], strict=True):
        for name in SAME:
            if canonical(head.get(name)) != canonical(first.get(name)):
                raise RecordError(
                    f"{path}: {name} must be that of {paths[0].name}, {first.get(name)}, got "
                    f"{head.get(name)}; remove the file and run again"
                )
    common = {name for name in first if len({canonical(head.get(name)) for head in heads}) == 1}
    return {
        "answers": {name: value for name, value in first.items() if name in common},
        "shards": {
            shard: {name: value for name, value in head.items() if name not in common}
            for shard, head in zip(run.shards, heads, strict=True)
        },
    }


def verdicts_origin(database: duckdb.DuckDBPyConnection, path: Path) -> dict[str, Any]:
    """What a file of verdicts came from; ``served_models`` are what the judge's servers said."""
    head = read_provenance(path, Verdict)
    told = {name: value for name, value in head.items() if name not in BESIDE}
    if not head.get("judge"):
        return told
    ((served,),) = database.execute(
        "SELECT list(DISTINCT judge_model ORDER BY judge_model) FROM read_parquet(?) "
        "WHERE judge_model IS NOT NULL",
        [str(path)],
    ).fetchall()
    return {**told, "served_models": served or []}


def tables_origin(settings: AggregateSettings, ids: Mapping[str, str]) -> dict[str, Any]:
    """What all tables of a database came from: ``ids`` are those of its runs.

    Choice: the code is told by its fingerprint and not by the commit, so that equal tables say the same.
    """
    told = settings.model_dump(exclude={"code", "models", "profiles"})
    packages = versions(*PACKAGES)
    return {"code": settings.code, "packages": packages, "settings": told, "runs": dict(ids)}


def add_provenance(
    database: duckdb.DuckDBPyConnection, kind: str, contents: Iterable[Mapping[str, Any]]
) -> None:
    """Add what things of one kind came from, each under its id."""
    rows = [[short_id(content), kind, canonical(content)] for content in contents]
    database.executemany("INSERT INTO provenance VALUES (?, ?, ?)", rows)
