"""The same predictions under the released, the official and the corrected labels."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import duckdb

from dmlr.store.cells import Cell
from dmlr.store.comparison import Adjusted, Comparison, adjusted
from dmlr.store.notes import sources
from dmlr.store.table import Table, write_table
from dmlr.store.words import points, share

# Every label set is compared with the one before it.
ORDER = ("released", "official", "corrected")
# Those that a table with one number for each run follows: the benchmark's own, where there are any.
MAIN = ("official", "corrected", "released")
KEYS = ("benchmark", "model", "profile", "seed", "protocol")
COLUMNS = (
    *KEYS, "labels", "n", "no_gold", "accuracy", "low", "high", "final", "against", "pairs",
    "difference", "only_labels", "only_against", "p", "holm_p", "provenance",
)  # fmt: skip
Compared = tuple[Cell, str | None, Comparison | None, Adjusted]


def main_labels(found: Collection[str]) -> str:
    """Of the label sets of a run the one that its main number is under."""
    return min(found, key=lambda labels: MAIN.index(labels) if labels in MAIN else len(MAIN))


def write_labels(
    database: duckdb.DuckDBPyConnection, found: list[Cell], folder: Path, notes: Sequence[str] = ()
) -> None:
    """Write the table ``labels``: numbers by label set, for readers those of the first protocol abreast."""
    compared = _compared(found, _pairs(database))
    told = sources(database)
    rows = [_row(*one, told[one[0].run]) for one in compared]
    main = [one for one in compared if one[0].protocol == found[0].protocol]
    present = {one[0].labels for one in main}
    names = [labels for labels in ORDER if labels in present]
    header = [*KEYS, *names, *(f"{new} vs {old} (p)" for old, new in pairwise(names))]
    shown = [_shown(list(run), names) for _, run in groupby(main, key=lambda one: one[0].run)]
    note = "accuracy in % [95 %] of the same replies; p of McNemar's test, Holm over this table's"
    write_table(Table("labels", COLUMNS, rows, header, shown, [note, *notes]), folder)


def _pairs(database: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], Comparison]:
    rows = database.execute(
        "SELECT run, protocol, labels, other_labels, n, only_labels, only_other FROM label_pairs"
    ).fetchall()
    return {row[:4]: Comparison(*row[4:]) for row in rows}


def _compared(found: list[Cell], pairs: dict[tuple[str, ...], Comparison]) -> list[Compared]:
    """The whole runs, label set by label set; a protocol's comparisons of two label sets are a family."""
    rows = []
    whole = [cell for cell in found if cell.category is None and cell.labels in ORDER]
    places = {run: place for place, run in enumerate(dict.fromkeys((c.run, c.protocol) for c in whole))}
    whole.sort(key=lambda cell: (places[cell.run, cell.protocol], ORDER.index(cell.labels)))
    for _, run in groupby(whole, key=lambda cell: (cell.run, cell.protocol)):
        before: str | None = None
        for cell in run:
            comparison = pairs.get((cell.run, cell.protocol, cell.labels, before or ""))
            rows.append((cell, before, comparison))
            before = cell.labels
    p_values = [comparison and comparison.p_value for _, _, comparison in rows]
    families = [(cell.protocol, cell.labels, before) for cell, before, _ in rows]
    return [(*row, one) for row, one in zip(rows, adjusted(p_values, families), strict=True)]


def _row(
    cell: Cell, against: str | None, found: Comparison | None, holm: Adjusted, source: str
) -> list[Any]:
    value = cell.accuracy
    compared: Iterable[Any] = (None,) * 5
    if found:
        compared = found.pairs, found.difference, found.only_one, found.only_other, found.p_value
    return [
        *(getattr(cell, name) for name in KEYS), cell.labels, cell.n, cell.no_gold,
        *((value.value, value.low, value.high) if value else (None,) * 3), cell.final, against,
        *compared, holm.p_value, source,
    ]  # fmt: skip


def _shown(run: list[Compared], names: list[str]) -> list[str]:
    by_labels = {one[0].labels: one for one in run}
    cell = run[0][0]
    values = [share(by_labels[name][0]) if name in by_labels else "–" for name in names]
    differences = []
    for old, new in pairwise(names):
        one = by_labels.get(new)
        there = one is not None and one[1] == old and one[2] is not None
        differences.append(points(one[2], one[3]) if there else "–")
    return [*(str(getattr(cell, name)) for name in KEYS), *values, *differences]
