"""The paper's Tables 1 and 2: measured numbers beside the published ones."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from dmlr.store.cells import Cell
from dmlr.store.multiple import adjusted
from dmlr.store.paper_grid import grid
from dmlr.store.paper_places import Entry, Place
from dmlr.store.table import Table, write_table

KEYS = ("paper_model", "method", "paper_benchmark", "model", "profile", "benchmark", "seed")
COLUMNS = (
    *KEYS, "protocol", "labels", "samples", "n", "correct", "accuracy", "low", "high", "pairs",
    "difference", "difference_low", "difference_high", "p", "holm_p", "detectable",
    "unparsed", "failed", "no_gold", "floor", "ceiling",
    "final", "published", "published_inside", "provenance",
)  # fmt: skip
UNNAMED = "the paper names no model for its Table 2: its numbers stand beside every model's"
PLACES = f"""
WITH sources AS (SELECT run, provenance_id AS provenance FROM runs)
SELECT source, {", ".join(KEYS)}, published, benchmark_position, run, provenance
FROM measured
LEFT JOIN sources USING (run)
WHERE source = ?
ORDER BY
    model_position NULLS LAST, CASE WHEN model_position IS NULL THEN model END NULLS LAST,
    method_position, benchmark_position NULLS LAST, benchmark NULLS LAST, seed
"""  # noqa: S608
REPORTED = """
SELECT model, method, benchmark, accuracy, samples, told
FROM published
WHERE source = 'reproductions'
ORDER BY rowid
"""


def write_paper_tables(
    database: duckdb.DuckDBPyConnection, found: list[Cell], folder: Path, notes: Sequence[str] = ()
) -> None:
    """Write the tables ``table1`` and ``table2``.

    As numbers a row per run, protocol and label set, and one per published number that no run measures;
    for readers as the paper prints it, under the first protocol and the main labels. A difference is to
    the baseline, its Holm's p over the comparisons of the table under the same protocol and labels.
    """
    said = {"table1": _reported(database), "table2": [UNNAMED]}
    for source, below in said.items():
        places = [Place(*row) for row in database.execute(PLACES, [source]).fetchall()]
        entries = _entries(places, [cell for cell in found if cell.category is None])
        shown = grid(entries)
        rows = [[*(getattr(one.place, name) for name in KEYS), *_values(one)] for one in entries]
        below = [*shown.notes, *below, *notes]
        write_table(Table(source, COLUMNS, rows, shown.header, shown.rows, below), folder)


def published_by_run(database: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], float]:
    """Benchmark, model and profile -> the number of Table 1 that such runs measure, in percent."""
    rows = database.execute(
        "SELECT benchmark, model, profile, any_value(published) FROM measured "
        "WHERE source = 'table1' AND run IS NOT NULL AND published IS NOT NULL GROUP BY ALL"
    ).fetchall()
    return {row[:3]: row[3] for row in rows}


def _entries(places: list[Place], found: list[Cell]) -> list[Entry]:
    """Every place under every protocol and label set, with Holm's p-values of this table."""
    by_run: dict[str | None, list[Cell]] = {}
    for cell in found:
        by_run.setdefault(cell.run, []).append(cell)
    chosen = [cell for place in places for cell in by_run.get(place.run, [])]
    families = [(cell.protocol, cell.labels) for cell in chosen]
    holm = adjusted([cell.p_value for cell in chosen], families)
    cells = iter(
        replace(cell, holm_p=one.p_value, comparisons=one.tests)
        for cell, one in zip(chosen, holm, strict=True)
    )
    return [
        Entry(place, next(cells) if place.run else None)
        for place in places
        for _ in by_run.get(place.run, [None])
    ]


def _values(entry: Entry) -> list[Any]:
    cell, place = entry.cell, entry.place
    if cell is None:
        return [*[None] * (len(COLUMNS) - len(KEYS) - 3), place.published, None, None]
    value = cell.accuracy
    return [
        cell.protocol, cell.labels, cell.samples, cell.n, cell.correct,
        *((value.value, value.low, value.high) if value else (None,) * 3), cell.pairs,
        cell.difference, cell.difference_low, cell.difference_high, cell.p_value, cell.holm_p,
        cell.detectable, cell.unparsed, cell.failed,
        cell.no_gold, cell.floor, cell.ceiling, cell.final, place.published, entry.inside,
        place.provenance,
    ]  # fmt: skip


def _reported(database: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        f"others reported {accuracy} (n = {samples}) for {model}, {method}, {benchmark}: {told}"
        for model, method, benchmark, accuracy, samples, told in database.execute(
            REPORTED
        ).fetchall()
    ]
