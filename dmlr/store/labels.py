"""The same predictions under the released, the official and the corrected labels."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import duckdb

from dmlr.store.cells import Cell
from dmlr.store.difference import Difference
from dmlr.store.multiple import Adjusted, adjusted
from dmlr.store.provenance import run_ids
from dmlr.store.table import Table, write_table
from dmlr.store.words import change, share

# Every label set is compared with the one before it.
ORDER = ("released", "official", "corrected")
# Those that a table with one number for each run follows: the benchmark's own, where there are any.
MAIN = ("official", "corrected", "released")
KEYS = ("benchmark", "model", "profile", "seed", "protocol")
COLUMNS = (
    *KEYS, "labels", "n", "no_gold", "accuracy", "low", "high", "final", "against", "pairs",
    "difference", "difference_low", "difference_high", "only_labels", "only_against", "p", "holm_p",
    "provenance",
)  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """A run under a protocol and labels, compared with the label set before it.

    ``against`` is None for the first; ``found`` is None there, and without a sample scored in both.
    """

    cell: Cell
    against: str | None
    found: Difference | None
    holm: Adjusted


def main_labels(found: Collection[str]) -> str:
    """Of the label sets of a run the one that its main number is under."""
    return min(found, key=lambda labels: MAIN.index(labels) if labels in MAIN else len(MAIN))


def write_labels(
    database: duckdb.DuckDBPyConnection, found: list[Cell], folder: Path, notes: Sequence[str] = ()
) -> None:
    """Write the table ``labels``: for readers the label sets abreast, under the first protocol."""
    compared, ids = _compared(found, _pairs(database)), run_ids(database)
    rows = [_row(one, ids[one.cell.run]) for one in compared]
    main = [one for one in compared if one.cell.protocol == found[0].protocol]
    present = {one.cell.labels for one in main}
    names = [labels for labels in ORDER if labels in present]
    header = [*KEYS, *names, *(f"{new} vs {old} (p)" for old, new in pairwise(names))]
    shown = [_shown(list(run), names) for _, run in groupby(main, key=lambda one: one.cell.run)]
    note = "accuracy in % [95 %] of the same replies; p of McNemar's test, Holm over this table's"
    write_table(Table("labels", COLUMNS, rows, header, shown, [note, *notes]), folder)


def _pairs(database: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], Difference]:
    rows = database.execute(
        "SELECT run, protocol, labels, other_labels, n, only_labels, only_other FROM label_pairs"
    ).fetchall()
    return {row[:4]: Difference(*row[4:]) for row in rows}


def _compared(found: list[Cell], pairs: dict[tuple[str, ...], Difference]) -> list[Labelled]:
    """Whole runs by label set; a protocol's comparisons of two label sets are a family of tests."""
    whole = [cell for cell in found if cell.category is None and cell.labels in ORDER]
    places = {key: place for place, key in enumerate(dict.fromkeys(map(_scored, whole)))}
    whole.sort(key=lambda cell: (places[_scored(cell)], ORDER.index(cell.labels)))
    against: list[str | None] = []
    for _, run in groupby(whole, key=_scored):
        against += [None, *(cell.labels for cell in run)][:-1]
    compared = [
        pairs.get((*_scored(cell), cell.labels, before or ""))
        for cell, before in zip(whole, against, strict=True)
    ]
    families = [
        (cell.protocol, cell.labels, before) for cell, before in zip(whole, against, strict=True)
    ]
    holm = adjusted([one.p_value if one else None for one in compared], families)
    return [*map(Labelled, whole, against, compared, holm)]


def _scored(cell: Cell) -> tuple[str, str]:
    return cell.run, cell.protocol


def _row(one: Labelled, source: str) -> list[Any]:
    cell, value, found = one.cell, one.cell.accuracy, one.found
    compared: Iterable[Any] = (None,) * 7
    if found:
        compared = (
            found.n, found.value, found.low, found.high, found.only_first, found.only_second,
            found.p_value,
        )  # fmt: skip
    return [
        *(getattr(cell, name) for name in KEYS), cell.labels, cell.n, cell.no_gold,
        *((value.value, value.low, value.high) if value else (None,) * 3), cell.final, one.against,
        *compared, one.holm.p_value, source,
    ]  # fmt: skip


def _shown(run: list[Labelled], names: list[str]) -> list[str]:
    by_labels = {one.cell.labels: one for one in run}
    values = [share(by_labels[name].cell) if name in by_labels else "–" for name in names]
    differences = []
    for old, new in pairwise(names):
        one = by_labels.get(new)
        compared = one if one and one.against == old else None
        differences.append(change(compared.found, True, compared.holm) if compared else "–")
    return [*(str(getattr(run[0].cell, name)) for name in KEYS), *values, *differences]
