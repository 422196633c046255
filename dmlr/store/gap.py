"""The gap explained: the same answers under one scoring after the other, beside the published number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dmlr.store.cells import Cell
from dmlr.store.difference import Difference, difference
from dmlr.store.fields import paired_fields, scored_fields
from dmlr.store.table import Table, write_table
from dmlr.store.words import change, known, share, signed

COLUMNS = (
    "benchmark", "model", "profile", "seed", "rung", "labels", "protocol", "available", "samples",
    "n", "accuracy", "low", "high", "printed", "no_gold", "unparsed", "failed", "final", "pairs",
    "difference", "difference_low", "difference_high", "only_here", "only_before", "mcnemar_p",
    "scored_here", "scored_before", "published", "distance", "printed_distance",
)  # fmt: skip
HEADER = (
    "benchmark", "model", "profile", "seed", "labels", "protocol", "n", "accuracy [95 %]",
    "vs row before [95 %] (p)", "pairs", "newly scored", "no longer scored", "printed", "published",
    "to published", "printed to published",
)  # fmt: skip
NOTES = (
    "A row scores the same answers as the row before it: by the released rules under one label set "
    "after the other, then by every other protocol under the last of them that the benchmark has.",
    "Accuracy is of the n scored answers. Printed is what the released code would print: an answer "
    "without a score, and one whose question has no gold in these labels, counts as wrong.",
    "Differences are in points, paired over the answers that both rows have a score for. Those that "
    "one of the two alone has are newly or no longer scored.",
)
RUNGS = """
SELECT
    benchmark, model, profile, seed, run, rung, gap.protocol, labels, available, before, pairs,
    only_here, only_before, scored_here, scored_before
FROM gap
JOIN runs USING (run)
ORDER BY benchmark, model, seed, profile, run, rung
"""


@dataclass(frozen=True)
class Rung:
    """One run's answers under one label set and protocol.

    ``cell`` is None where they were not scored so. ``difference`` is against the last rung before that
    was scored, None for the first; ``pairs_final`` is False where that or this one is not final. So
    many samples have a score in one of the two alone: ``scored_here``, ``scored_before``. ``published``
    is the paper's number for the run, None where it has none.
    """

    benchmark: str
    model: str
    profile: str
    seed: int
    rung: int
    protocol: str
    labels: str
    cell: Cell | None
    difference: Difference | None
    pairs_final: bool
    scored_here: int | None
    scored_before: int | None
    published: float | None

    @property
    def distance(self) -> float | None:
        """Accuracy less the published number, in points."""
        found = self.cell.accuracy if self.cell else None
        return None if found is None or self.published is None else found.value - self.published

    @property
    def printed_distance(self) -> float | None:
        """What the released code would print less the published number, in points."""
        if self.cell is None or self.published is None:
            return None
        return self.cell.floor - self.published


def write_gap(found: Sequence[Rung], folder: Path, notes: Sequence[str] = ()) -> None:
    """Write the table ``gap``: a row per run and rung; ``notes`` stand below its own."""
    write_table(gap_table(found, notes), folder)


def gap_table(found: Sequence[Rung], notes: Sequence[str] = ()) -> Table:
    """The rungs as numbers and in words."""
    rows, shown = [*map(_row, found)], [*map(_shown, found)]
    return Table("gap", COLUMNS, rows, HEADER, shown, (*NOTES, *notes))


def gap(
    opened: duckdb.DuckDBPyConnection,
    scored: Sequence[Cell],
    published: Mapping[tuple[str, str, str], float],
) -> list[Rung]:
    """All rungs of all runs, in order.

    Args:
        opened: the database.
        scored: its cells.
        published: benchmark, model and profile -> the paper's number, in percent.
    """
    cells = {(one.run, one.protocol, one.labels): one for one in scored if one.category is None}
    found: list[Rung] = []
    places: dict[tuple[str, int], Cell | None] = {}
    for row in opened.execute(RUNGS).fetchall():
        benchmark, model, profile, seed, run, rung, protocol, labels, available, before = row[:10]
        pairs, only_here, only_before, scored_here, scored_before = row[10:]
        cell = cells[run, protocol, labels] if available else None
        places[run, rung] = cell
        other = places[run, before] if before is not None else None
        found.append(
            Rung(
                benchmark, model, profile, seed, rung, protocol, labels, cell,
                difference(pairs, only_here, only_before) if other else None,
                pairs_final=all(one.final for one in (cell, other) if one),
                scored_here=scored_here, scored_before=scored_before,
                published=published.get((benchmark, model, profile)),
            )
        )  # fmt: skip
    return found


def _row(one: Rung) -> list[Any]:
    told = {name: getattr(one, name) for name in COLUMNS if hasattr(one, name)}
    told |= {"available": one.cell is not None, **paired_fields(one.difference)}
    if one.cell is not None:
        told |= scored_fields(one.cell)
    return [told.get(name) for name in COLUMNS]


def _shown(one: Rung) -> list[str]:
    row = [one.benchmark, one.model, one.profile, str(one.seed), one.labels, one.protocol]
    if one.cell is None:
        return [*row, "–", "not available", *["–"] * 5, known(one.published), "–", "–"]
    counts = (one.difference and one.difference.n, one.scored_here, one.scored_before)
    row += [str(one.cell.n), share(one.cell), change(one.difference, one.pairs_final)]
    row += ["–" if count is None else str(count) for count in counts]
    return [
        *row, known(one.cell.floor), known(one.published), signed(one.distance),
        signed(one.printed_distance),
    ]  # fmt: skip
