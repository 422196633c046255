"""How far protocols agree on the same answers, and the samples that they dispute most."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import duckdb

from dmlr.report.data import Run
from dmlr.report.golds import answer
from dmlr.report.text import cut
from dmlr.store.agreement import KEYS, of_all, of_pairs
from dmlr.store.disputed import most_disputed

MOST = 60  # disputed samples that the page lists
ROOM = 4_000  # pairs of protocols of a run that the page has room for
LONGEST = 160  # characters of an answer or a reply

# The explorer's filter has a sample once, whatever the labels.
COUNTS = "SELECT run, count(DISTINCT sample_id) FROM disputed GROUP BY run"
ALL = "SELECT count(*) FROM (SELECT DISTINCT run, labels, sample_id FROM disputed)"
GOLDS = """
SELECT sample_id, labels, gold->labels
FROM samples
JOIN (SELECT unnest($samples) AS sample_id, unnest($labels) AS labels) USING (sample_id)
"""


@dataclass(frozen=True)
class Together:
    """All protocols of one run: by label set a row of ``agreement-all``; ``disputed`` are samples."""

    run: Run
    disputed: int
    labels: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Triangle:
    """The protocols of one run under one label set, two at a time: rows of the table ``agreement``."""

    run: Run
    labels: str
    protocols: list[str]
    pairs: dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Voice:
    """A protocol with the rule that decided, and its judge's reply or why it has no score, if any."""

    protocol: str
    rule: str
    said: str | None


@dataclass(frozen=True)
class Reading:
    """A verdict on an answer as it was read, and the protocols that agree in both; texts are cut."""

    verdict: str
    extracted: str | None
    voices: list[Voice]


@dataclass(frozen=True)
class Disputed:
    """One answer on which ``dissenting`` of ``protocols`` do not give the most frequent verdict."""

    run: Run
    labels: str
    sample_id: str
    gold: str | None
    protocols: int
    dissenting: int
    readings: list[Reading]


@dataclass(frozen=True)
class Disputes:
    """What the page says.

    ``of`` counts the disputed answers, of which ``most`` are the first; ``untold`` the triangles that
    the page has no room for.
    """

    protocols: list[str]
    together: list[Together]
    triangles: list[Triangle]
    untold: int
    most: list[Disputed]
    of: int


def disputes(database: duckdb.DuckDBPyConnection, runs: Sequence[Run]) -> Disputes:
    """Everything that the page says; ``runs`` in the order in which it says it."""
    named = database.execute("SELECT protocol FROM protocols ORDER BY position").fetchall()
    protocols = [name for (name,) in named]
    triangles = _triangles(database, runs, protocols)
    room = max(1, ROOM // max(1, len(protocols) * (len(protocols) - 1) // 2))
    ((of,),) = database.execute(ALL).fetchall()
    return Disputes(
        protocols,
        _together(database, runs),
        triangles[:room],
        max(0, len(triangles) - room),
        _most(database, runs, len(protocols)),
        of,
    )


def _together(database: duckdb.DuckDBPyConnection, runs: Sequence[Run]) -> list[Together]:
    disputed = dict(database.execute(COUNTS).fetchall())
    found: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}
    table = of_all(database)
    for row in (dict(zip(table.columns, values, strict=True)) for values in table.rows):
        found.setdefault(_place(row), {})[row["labels"]] = row
    return [
        Together(run, disputed.get(run.run, 0), found[_place(vars(run))])
        for run in runs
        if _place(vars(run)) in found
    ]


def _triangles(
    database: duckdb.DuckDBPyConnection, runs: Sequence[Run], protocols: list[str]
) -> list[Triangle]:
    table = of_pairs(database)
    rows = [dict(zip(table.columns, values, strict=True)) for values in table.rows]
    found: dict[tuple[Any, ...], dict[tuple[str, str], dict[str, Any]]] = {}
    for row in rows:
        names = row["first_protocol"], row["second_protocol"]
        found.setdefault((*_place(row), row["labels"]), {})[names] = row
    by_place = {_place(vars(run)): run for run in runs}
    order = {place: number for number, place in enumerate(by_place)}
    places = sorted(
        found, key=lambda place: (order[place[:-1]], place[-1] != "official", place[-1])
    )
    return [Triangle(by_place[p[:-1]], p[-1], protocols, found[p]) for p in places]


def _most(
    database: duckdb.DuckDBPyConnection, runs: Sequence[Run], protocols: int
) -> list[Disputed]:
    rows = most_disputed(database, MOST * protocols)
    groups = groupby(rows, lambda row: (_place(row), row["labels"], row["sample_id"]))
    by_place = {_place(vars(run)): run for run in runs}
    first = [(by_place[place], [*told]) for (place, _, _), told in groups][:MOST]
    golds = _golds(database, [told[0] for _, told in first])
    return [_disputed(run, told, golds) for run, told in first]


def _golds(
    database: duckdb.DuckDBPyConnection, rows: Sequence[dict[str, Any]]
) -> dict[tuple[str, str], str | None]:
    asked = {name: [row[name] for row in rows] for name in ("sample_id", "labels")}
    found = database.execute(GOLDS, {"samples": asked["sample_id"], "labels": asked["labels"]})
    return {
        (sample, labels): answer(json.loads(gold or "null"))
        for sample, labels, gold in found.fetchall()
    }


def _disputed(
    run: Run, rows: list[dict[str, Any]], golds: dict[tuple[str, str], str | None]
) -> Disputed:
    """One answer; protocols that read the same and give one verdict stand together."""
    found: dict[tuple[str, str | None], list[Voice]] = {}
    for row in rows:
        said = row["judge_reply"] if row["judge_reply"] is not None else row["reason"]
        voice = Voice(row["protocol"], row["rule"], cut(said, LONGEST))
        found.setdefault((row["verdict"], cut(row["extracted"], LONGEST)), []).append(voice)
    readings = [Reading(*key, voices) for key, voices in found.items()]
    first = rows[0]
    gold = cut(golds.get((first["sample_id"], first["labels"])), LONGEST)
    counts = first["protocols"], first["dissenting"]
    return Disputed(run, first["labels"], first["sample_id"], gold, *counts, readings)


def _place(told: dict[str, Any]) -> tuple[Any, ...]:
    """Benchmark, model, profile and seed, which name a run."""
    return tuple(told[name] for name in KEYS if name != "labels")
