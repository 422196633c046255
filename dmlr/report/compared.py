"""The pages that compare runs: one for each benchmark, model and seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb

from dmlr.report.against import Against, against
from dmlr.report.data import Run, flips_against
from dmlr.report.explorer import main_labels
from dmlr.report.links import explorer_page
from dmlr.report.matrix import Matrix, Pairs, matrix, pairs
from dmlr.store.cells import Cell
from dmlr.store.chosen import Run as Stored
from dmlr.store.chosen import all_runs
from dmlr.store.compare import answers


@dataclass(frozen=True)
class Compared:
    """One page, under the protocol and labels that mark samples in the explorer.

    ``references`` are the runs that the others are compared with one by one: the baseline's and that of
    the profile ``flips_against``, as far as they ran.
    """

    runs: list[Run]
    protocol: str
    labels: str
    matrix: Matrix
    references: list[Against]
    flips_against: str

    @property
    def page(self) -> str:
        """Name of the page's file."""
        first = self.runs[0]
        return explorer_page(first.benchmark, first.model, first.seed)


def alike(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs by what they share: those of a group differ in their profile alone."""
    groups = groupby(runs, lambda run: (run.benchmark, run.model, run.seed))
    return [list(group) for _, group in groups]


def comparisons(
    database: duckdb.DuckDBPyConnection, runs: Sequence[Run], scored: list[Cell], baseline: str
) -> Iterator[Compared]:
    """What each page says, one after the other."""
    found, stored = pairs(database, scored), {run.run: run for run in all_runs(database)}
    wanted = baseline, flips_against(database)
    for group in alike(runs):
        yield _compared(database, group, found, stored, wanted)


def _compared(
    database: duckdb.DuckDBPyConnection,
    runs: list[Run],
    found: Pairs,
    stored: dict[str, Stored],
    wanted: tuple[str, str],
) -> Compared:
    protocol, labels = main_labels(database, runs[0].run)
    by_profile = {run.profile: run for run in runs}
    references = [by_profile[name] for name in dict.fromkeys(wanted) if name in by_profile]
    told = {run.run: answers(database, run.run, protocol, labels) for run in runs}
    cells = {run.run: found.cells[run.run, labels] for run in runs}
    one_by_one = [
        against(reference, runs, answers=told, stored=stored, cells=cells)
        for reference in references
    ]
    ordered = references + [run for run in runs if run not in references]
    return Compared(
        ordered, protocol, labels, matrix(found, ordered, labels), one_by_one, wanted[1]
    )
