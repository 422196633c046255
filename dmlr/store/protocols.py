"""The same answers under every protocol, side by side."""

from itertools import groupby
from pathlib import Path

from dmlr.files import write_text
from dmlr.store.cells import Cell
from dmlr.store.rows import markdown_text
from dmlr.store.words import bounds

KEYS = ("benchmark", "model", "profile", "seed", "labels")


def write_protocols(found: list[Cell], folder: Path) -> None:
    """Write ``protocols.md``: a row per run and label set, a column per protocol."""
    whole = [cell for cell in found if cell.category is None]
    write_text(folder / "protocols.md", side_by_side(whole))


def side_by_side(found: list[Cell]) -> str:
    """Accuracies in percent of the scored answers, with how many have no score, if any."""
    names = list(dict.fromkeys(cell.protocol for cell in found))
    rows = [
        [
            *map(str, key),
            *(_words({one.protocol: one for one in cells}.get(name)) for name in names),
        ]
        for key, cells in ((key, list(cells)) for key, cells in groupby(_sorted(found), _key))
    ]
    return markdown_text([*KEYS, *names], rows)


def _sorted(found: list[Cell]) -> list[Cell]:
    """Cells of one run and label set beside each other, runs in the order of their first cell."""
    places = {key: place for place, key in enumerate(dict.fromkeys(map(_key, found)))}
    return sorted(found, key=lambda cell: places[_key(cell)])


def _key(cell: Cell) -> tuple[str, str, str, int, str]:
    return cell.benchmark, cell.model, cell.profile, cell.seed, cell.labels


def _words(cell: Cell | None) -> str:
    if cell is not None and not cell.final:
        return f"not final: {bounds(cell)}"
    if cell is None or cell.accuracy is None:
        return "–"
    unscored = cell.unparsed + cell.failed
    return f"{cell.accuracy.value:.1f}" + (f" ({unscored} unscored)" if unscored else "")
