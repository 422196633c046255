"""All profiles against all: the paired difference of any two runs that differ in their profile alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from dmlr.report.breakdowns import main
from dmlr.report.data import Run
from dmlr.report.numbers import NOISE
from dmlr.store.bootstrap import interval
from dmlr.store.cells import Cell
from dmlr.store.difference import difference
from dmlr.store.drawn import Drawn, drawn_between

ROOM = 2_500  # cells of a matrix that a page has room for

COUNTS = """
SELECT run, other_run, labels, n, only_run, only_other
FROM pairs
WHERE protocol = ?
"""


@dataclass(frozen=True)
class Pair:
    """One run less another on the ``n`` samples that both have a score for.

    ``value`` is in points, between ``low`` and ``high`` (None where all pairs are alike). ``gained`` are
    right in the first alone, ``lost`` in the other. ``final`` is False where too many samples of either
    have no score for the difference to be told.
    """

    n: int
    value: float
    low: float | None
    high: float | None
    p_value: float
    gained: int
    lost: int
    final: bool

    @property
    def clear(self) -> bool:
        """True where it is beyond noise, and may be told."""
        return self.final and self.p_value < NOISE


@dataclass(frozen=True)
class Matrix:
    """A row for each run and a column for each of ``others``, the first ones as far as there is room.

    A row has None for the run itself, and where no sample has a score in both.
    """

    others: list[Run]
    rows: list[tuple[Run, list[Pair | None]]]

    @property
    def tests(self) -> int:
        """How many pairs of runs are compared, each once."""
        return len({frozenset((run.run, other.run)) for run, pairs in self.rows
                    for other, pair in zip(self.others, pairs, strict=True) if pair})  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """What differences under the main protocol are made of: counts, units that are drawn, and cells."""

    counts: dict[tuple[str, str, str], tuple[int, int, int]]
    drawn: dict[str, Drawn]
    cells: dict[tuple[str, str], Cell]

    def between(self, run: Run, other: Run, labels: str) -> Pair | None:
        """One run less the other; None without pairs."""
        n, gained, lost = self.counts.get((run.run, other.run, labels), (None, None, None))
        found = difference(n, gained, lost)
        if found is None:
            return None
        cell = self.cells[run.run, labels]
        whole = self.drawn.get(other.profile, {}).get(cell.place)
        ends = interval([whole]) if whole else found
        low, high = (ends.low, ends.high) if ends else (None, None)
        final = cell.final and self.cells[other.run, labels].final
        return Pair(
            found.n, found.value, low, high, found.p_value, found.only_first, found.only_second, final
        )  # fmt: skip


def pairs(database: duckdb.DuckDBPyConnection, scored: Sequence[Cell]) -> Pairs:
    """All pairs of runs under the main protocol; ``scored`` are all cells, at least one."""
    cells = [cell for cell in main(list(scored)) if cell.category is None]
    protocol = scored[0].protocol
    rows = database.execute(COUNTS, [protocol]).fetchall()
    return Pairs(
        {(run, other, labels): (n, one, two) for run, other, labels, n, one, two in rows},
        drawn_between(database, protocol),
        {(cell.run, cell.labels): cell for cell in cells},
    )


def matrix(found: Pairs, runs: Sequence[Run], labels: str) -> Matrix:
    """The runs of a benchmark, model and seed; those that all are to be seen against come first."""
    others = list(runs)[: max(1, ROOM // len(runs))]
    rows = [
        (run, [found.between(run, other, labels) if run is not other else None for other in others])
        for run in runs
    ]
    return Matrix(others, rows)
