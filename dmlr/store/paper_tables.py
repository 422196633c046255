"""The paper's Tables 1 and 2: measured numbers beside the published ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from dmlr.store.cells import Cell
from dmlr.store.comparison import adjusted
from dmlr.store.paper_grid import Grid
from dmlr.store.table import Table, write_table

KEYS = ("paper_model", "method", "paper_benchmark", "model", "profile", "benchmark", "seed")
COLUMNS = (
    *KEYS, "protocol", "labels", "samples", "n", "correct", "accuracy", "low", "high", "pairs",
    "difference", "p", "holm_p", "detectable", "unparsed", "failed", "no_gold", "floor", "ceiling",
    "final", "published", "published_inside", "provenance",
)  # fmt: skip
PLACES = f"""
WITH sources AS (SELECT run, provenance_id AS provenance FROM runs)
SELECT {", ".join(KEYS)}, published, benchmark_position, run, provenance
FROM measured
LEFT JOIN sources USING (run)
WHERE source = ?
ORDER BY
    model_position NULLS LAST, model NULLS LAST, method_position, benchmark_position NULLS LAST,
    benchmark NULLS LAST, seed
"""  # noqa: S608
REPORTED = """
SELECT model, method, benchmark, accuracy, samples, told
FROM published
WHERE source = 'reproductions'
ORDER BY rowid
"""


@dataclass(frozen=True)
class Place:
    """A cell of a table: a run and the published number beside it, None where there is none.

    Without a run only the paper's words are known.
    """

    paper_model: str | None
    method: str
    paper_benchmark: str | None
    model: str | None
    profile: str | None
    benchmark: str | None
    seed: int | None
    published: float | None
    benchmark_position: int | None
    run: str | None
    provenance: str | None


@dataclass(frozen=True)
class Entry:
    """A place under one protocol and one label set; without a cell nothing was run."""

    place: Place
    cell: Cell | None

    @property
    def inside(self) -> bool | None:
        """Whether the published value lies in the measured interval; None where either is not there."""
        published, cell = self.place.published, self.cell
        if published is None or cell is None or cell.accuracy is None or not cell.final:
            return None
        return cell.accuracy.low <= published <= cell.accuracy.high


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
        grid = Grid.of(entries)
        rows = [[*map(one.place.__getattribute__, KEYS), *_values(one)] for one in entries]
        below = [*grid.notes, *below, *notes]
        write_table(Table(source, COLUMNS, rows, grid.header, grid.rows, below), folder)


UNNAMED = "the paper names no model for its Table 2: its numbers stand beside every model's"
