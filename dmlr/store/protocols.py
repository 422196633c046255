"""The same answers under every protocol, side by side."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from dmlr.store.cells import Cell
from dmlr.store.table import Table, write_table
from dmlr.store.words import bounds

KEYS = ("benchmark", "model", "profile", "seed", "labels")


def write_protocols(found: list[Cell], folder: Path, notes: Sequence[str] = ()) -> None:
    """Write the table ``protocols``: a row per run and label set, a column per protocol."""
    whole = [cell for cell in found if cell.category is None]
    write_table(side_by_side(whole, notes), folder)


def side_by_side(found: list[Cell], notes: Sequence[str] = ()) -> Table:
    """Accuracies in percent of the scored answers, and how many have none; final if these are few."""
    names = list(dict.fromkeys(cell.protocol for cell in found))
    rows, shown = [], []
    for key, group in groupby(_sorted(found), _key):
        cells = {one.protocol: one for one in group}
        rows.append([*key, *(value for name in names for value in _values(cells.get(name)))])
        shown.append([*map(str, key), *(_words(cells.get(name)) for name in names)])
    columns = [column for name in names for column in (name, f"{name}_unscored", f"{name}_final")]
    return Table("protocols", [*KEYS, *columns], rows, [*KEYS, *names], shown, notes)


def _sorted(found: list[Cell]) -> list[Cell]:
    """Cells of one run and label set beside each other, runs in the order of their first cell."""
    places = {key: place for place, key in enumerate(dict.fromkeys(map(_key, found)))}
    return sorted(found, key=lambda cell: places[_key(cell)])


def _key(cell: Cell) -> tuple[str, str, str, int, str]:
    return cell.benchmark, cell.model, cell.profile, cell.seed, cell.labels


def _values(cell: Cell | None) -> Iterator[Any]:
    """Accuracy, unscored and whether it is final, None where the protocol did not score the run."""
    if cell is None:
        yield from (None, None, None)
    else:
        yield cell.accuracy.value if cell.accuracy else None
        yield cell.unparsed + cell.failed
        yield cell.final


def _words(cell: Cell | None) -> str:
    if cell is not None and not cell.final:
        return f"not final: {bounds(cell)}"
    if cell is None or cell.accuracy is None:
        return "–"
    unscored = cell.unparsed + cell.failed
    return f"{cell.accuracy.value:.1f}" + (f" ({unscored} unscored)" if unscored else "")
