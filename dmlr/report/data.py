"""What the pages say about runs, asked of the database."""

import json
from dataclasses import dataclass
from typing import Any

import duckdb


@dataclass(frozen=True)
class Run:
    """One run, what it was told (model and profile fields) and what it came from."""

    run: str
    benchmark: str
    model: str
    profile: str
    seed: int
    settings: dict[str, dict[str, Any]]
    provenance: dict[str, Any]

    @property
    def embedded(self) -> bool:
        """True for the small model that ships with dmlr."""
        return str(self.settings["model"].get("checkpoint", "")).startswith("embedded:")


def flips_against(database: duckdb.DuckDBPyConnection) -> str:
    """The profile whose answers those of the others are compared with."""
    ((profile,),) = database.execute("SELECT flips_against FROM experiment").fetchall()
    return str(profile)


def runs(database: duckdb.DuckDBPyConnection, baseline: str) -> list[Run]:
    """All runs, the baseline's first among those it is compared with."""
    found = database.execute(
        "SELECT run, benchmark, model, profile, seed, settings, provenance FROM runs "
        "ORDER BY benchmark, model, seed, profile <> ?, profile",
        [baseline],
    ).fetchall()
    return [
        Run(run, benchmark, model, profile, seed, json.loads(settings), json.loads(provenance))
        for run, benchmark, model, profile, seed, settings, provenance in found
    ]
