"""The runs of a benchmark, model and seed against one of them: counts, answers, and what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dmlr.report.data import Run
from dmlr.report.usage import Fact, fact
from dmlr.store.cells import Cell
from dmlr.store.chosen import Run as Stored
from dmlr.store.compare import Answer, Comparison, compared

Answers = Mapping[str, Mapping[str, Answer]]  # by run and sample


@dataclass(frozen=True)
class Row:
    """One run compared with the reference.

    ``here`` and ``there`` are the first field of their provenance, settings included, in which the two
    differ, and ``more`` how many fields do besides; None and 0 where they are alike. ``cell`` has the
    answers that differ from the profile ``flips_against``.
    """

    run: Run
    found: Comparison
    cell: Cell
    here: Fact | None
    there: Fact | None
    more: int


@dataclass(frozen=True)
class Against:
    """A reference and the runs that are compared with it."""

    reference: Run
    rows: list[Row]


def against(
    reference: Run,
    runs: Sequence[Run],
    *,
    answers: Answers,
    stored: Mapping[str, Stored],
    cells: Mapping[str, Cell],
) -> Against:
    """Compare all others with the reference.

    Args:
        reference: one of the runs.
        runs: of a benchmark, model and seed.
        answers: what each answered, under the main protocol and labels.
        stored: each run with what it came from.
        cells: each run under the same protocol and labels.
    """
    rows = []
    for run in runs:
        if run.run != reference.run:
            cell, names = cells[run.run], (run.run, reference.run)
            one, other = (answers[name] for name in names)
            first, second = (stored[name] for name in names)
            found = compared(first, second, cell.protocol, cell.labels, one, other)
            rows.append(_row(run, found, cell))
    return Against(reference, rows)


def _row(run: Run, found: Comparison, cell: Cell) -> Row:
    if not found.provenance:
        return Row(run, found, cell, None, None, 0)
    (name, (one, other)), *more = found.provenance.items()
    return Row(run, found, cell, fact(name, one), fact(name, other), len(more))
