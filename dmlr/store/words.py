"""Cells in words, as tables for readers have them."""

from dmlr.store.cells import Cell
from dmlr.store.seeds import OverSeeds
from dmlr.store.statistics import Proportion


def percent(found: Proportion | None) -> str:
    """Such as 81.5 [75.5, 86.3], or a dash where nothing was scored."""
    return f"{found.value:.1f} [{found.low:.1f}, {found.high:.1f}]" if found else "–"


def share(cell: Cell) -> str:
    """The accuracy, or the bounds in its place where too many samples have no score."""
    return percent(cell.accuracy) if cell.final else f"not final: {bounds(cell)}"


def bounds(cell: Cell) -> str:
    """Such as 40.0–62.5: all that has no score wrong, or right."""
    return f"{cell.floor:.1f}–{cell.ceiling:.1f}"


def versus(cell: Cell) -> str:
    """Such as +1.5 [-1.0, +4.0] (p = 0.45), among several p = 0.45, Holm 0.9; a dash: the baseline."""
    if cell.difference is None:
        return "–"
    if not cell.pairs_final:
        return "not final"
    adjusted = f", Holm {cell.holm_p:.2g}" if cell.comparisons > 1 else ""
    return f"{points(cell)} (p = {cell.p_value:.2g}{adjusted})"


def points(found: Cell | OverSeeds) -> str:
    """The difference with its interval, such as +1.5 [-1.0, +4.0]; +0.0 alone where nothing differs."""
    low, high = found.difference_low, found.difference_high
    between = "" if low is None else f" [{low:+.1f}, {high:+.1f}]"
    return "–" if found.difference is None else f"{found.difference:+.1f}{between}"


def others(cell: Cell) -> str:
    """Such as 12.5 % of 200, or a dash for the profile itself that is compared with."""
    return "–" if cell.flip_share is None else f"{cell.flip_share:.1f} % of {cell.flip_pairs}"
