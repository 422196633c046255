"""What a user means: a run by a part of its name, a protocol, a label set."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from dmlr.errors import ConfigError

LISTED = 10  # names in a fault
RUNS = "SELECT benchmark, model, profile, seed, run, provenance FROM runs ORDER BY run"


@dataclass(frozen=True)
class Run:
    """A run with what it came from."""

    benchmark: str
    model: str
    profile: str
    seed: int
    run: str
    provenance: dict[str, Any]

    @property
    def parts(self) -> tuple[str, ...]:
        """The four parts of its name."""
        return self.benchmark, self.model, self.profile, f"seed-{self.seed}"


def all_runs(database: duckdb.DuckDBPyConnection) -> list[Run]:
    """Every run of a database."""
    return [
        Run(benchmark, model, profile, seed, run, json.loads(provenance))
        for benchmark, model, profile, seed, run, provenance in database.execute(RUNS).fetchall()
    ]


def chosen_run(database: duckdb.DuckDBPyConnection, name: str, place: str) -> Run:
    """The run that has this name, else this part, else a name with this in it.

    Raises:
        ConfigError: that fits no run, or several; ``place`` is where the name was given.
    """
    runs = all_runs(database)
    whole = [one for one in runs if name == one.run]
    part = [one for one in runs if name in one.parts]
    found = whole or part or [one for one in runs if name in one.run]
    if len(found) != 1:
        fits = f"which fits {len(found)} of them" if found else "which fits none of them"
        raise ConfigError(
            f"{place}: must be a run, or a part of one run's name alone, got {name!r}, {fits}: "
            f"{_some([one.run for one in found or runs])}"
        )
    return found[0]


def common(here: Sequence[str], there: Sequence[str], wanted: str | None, place: str) -> str:
    """What is wanted, or the first; both sides must have it.

    Raises:
        ConfigError: they do not; ``place`` is where it was given.
    """
    both = [name for name in here if name in there]
    if not both:
        raise ConfigError(
            f"{place}: must be one that both runs are scored with, and there is none: A has "
            f"{', '.join(here) or 'none'}, B {', '.join(there) or 'none'}"
        )
    if wanted not in (None, *both):
        raise ConfigError(
            f"{place}: must be one that both runs are scored with ({', '.join(both)}), got {wanted!r}"
        )
    return wanted or both[0]


def _some(names: Sequence[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")
