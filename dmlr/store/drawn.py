"""The units that a bootstrap draws, as the views drawn and drawn_pairs have them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb

from dmlr.store.bootstrap import Kind, interval
from dmlr.store.statistics import Proportion, accuracy

SHARES = """
SELECT benchmark, model, profile, seed, protocol, labels, category, total, items, units FROM drawn
"""
DIFFERENCES = """
SELECT benchmark, model, profile, seed, protocol, labels, NULL, total, items, units
FROM drawn_pairs
WHERE other_profile = $baseline
"""
BETWEEN = """
SELECT
    benchmark, model, profile, seed, protocol, labels, NULL, total, items, units, other_profile
FROM drawn_pairs
WHERE protocol = $protocol AND seed IS NOT NULL
"""


class Place(NamedTuple):
    """Which accuracy: ``seed`` None is all seeds together, ``category`` None all samples."""

    benchmark: str
    model: str
    profile: str
    seed: int | None
    protocol: str
    labels: str
    category: str | None


Drawn = dict[Place, list[Kind]]


def drawn(database: duckdb.DuckDBPyConnection) -> Drawn:
    """Of accuracies; a place that is not there has its samples as units."""
    return _by_place(database.execute(SHARES).fetchall())


def drawn_pairs(database: duckdb.DuckDBPyConnection, baseline: str) -> Drawn:
    """Of differences to the profile ``baseline`` with the same seed, likewise."""
    return _by_place(database.execute(DIFFERENCES, {"baseline": baseline}).fetchall())


def drawn_between(database: duckdb.DuckDBPyConnection, protocol: str) -> dict[str, Drawn]:
    """Of differences between any two profiles under a protocol, by the other profile."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for *row, other in database.execute(BETWEEN, {"protocol": protocol}).fetchall():
        found.setdefault(other, []).append(tuple(row))
    return {other: _by_place(rows) for other, rows in found.items()}


def kinds_accuracy(kinds: Sequence[Kind]) -> Proportion | None:
    """Share of correct with the bootstrap's interval; where all units score alike, Wilson's of units.

    None without units.
    """
    if not kinds:
        return None
    share, found = kinds_share(kinds), interval([kinds])
    if found:
        return Proportion(share, found.low, found.high)
    units = sum(kind.units for kind in kinds)
    return accuracy(round(share * units / 100), units)


def kinds_share(kinds: Sequence[Kind]) -> float:
    """The share in percent, of a difference in points; there must be a unit."""
    return 100 * sum(kind.total * kind.units for kind in kinds) / count(kinds)


def count(kinds: Sequence[Kind]) -> int:
    """Items of all units."""
    return sum(kind.items * kind.units for kind in kinds)


def _by_place(rows: list[tuple[Any, ...]]) -> Drawn:
    found: Drawn = {}
    for row in rows:
        found.setdefault(Place(*row[:7]), []).append(Kind(*row[7:]))
    return found
