"""The accuracy table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dmlr.store.cells import Cell
from dmlr.store.table import Table, write_table
from dmlr.store.words import others, share, versus

COLUMNS = (
    "benchmark", "model", "profile", "seed", "protocol", "labels", "category", "samples", "n",
    "correct", "unparsed", "failed", "no_gold", "accuracy", "low", "high", "floor", "ceiling",
    "pairs", "difference", "difference_low", "difference_high", "only_run", "only_baseline",
    "mcnemar_p", "flips", "flip_n", "holm_p", "detectable", "final",
)  # fmt: skip


def write_tables(found: list[Cell], folder: Path, notes: Sequence[str] = ()) -> None:
    """Write the table ``accuracy``: every cell as numbers, for readers the main ones."""
    write_table(accuracy_table(found, notes), folder)


def accuracy_table(found: list[Cell], notes: Sequence[str] = ()) -> Table:
    """For readers: the whole runs under the first protocol; ``protocols`` has the others beside it."""
    main = found[0].protocol if found else ""
    whole = [cell for cell in found if cell.category is None and cell.protocol == main]
    lacking = any(cell.no_gold for cell in whole)
    flipped = any(cell.flips is not None for cell in whole)
    header = ["benchmark", "model", "profile", "seed", "labels", "protocol", "n"]
    header += ["accuracy [95 %]", "unparsed", "failed", *["no gold"] * lacking]
    header += ["vs baseline (p)", *["other answers"] * flipped]
    shown = []
    for cell in whole:
        words = [cell.benchmark, cell.model, cell.profile, str(cell.seed), cell.labels]
        counts = [str(cell.unparsed), str(cell.failed), *[str(cell.no_gold)] * lacking]
        row = [*words, cell.protocol, str(cell.n), share(cell), *counts, versus(cell)]
        shown.append(row + [others(cell)] * flipped)
    return Table("accuracy", COLUMNS, [*map(_row, found)], header, shown, notes)


def _row(cell: Cell) -> list[Any]:
    found = cell.accuracy
    return [
        cell.benchmark, cell.model, cell.profile, cell.seed, cell.protocol, cell.labels,
        cell.category or "all", cell.samples, cell.n, cell.correct, cell.unparsed, cell.failed,
        cell.no_gold, *((found.value, found.low, found.high) if found else (None,) * 3),
        cell.floor, cell.ceiling, cell.pairs, cell.difference, cell.difference_low,
        cell.difference_high, cell.only_run, cell.only_baseline,
        cell.p_value, cell.flips, cell.flip_pairs, cell.holm_p, cell.detectable, cell.final,
    ]  # fmt: skip
