"""Cells in words, as tables for readers have them."""

from dmlr.store.cells import Cell
from dmlr.store.difference import Difference
from dmlr.store.multiple import Adjusted
from dmlr.store.statistics import Proportion

ALONE = Adjusted(None, 1)  # a test that is none of several


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
    found = moved(cell.difference, cell.difference_low, cell.difference_high)
    adjusted = f", Holm {cell.holm_p:.2g}" if cell.comparisons > 1 else ""
    return f"{found} (p = {cell.p_value:.2g}{adjusted})"


def others(cell: Cell) -> str:
    """Such as 12.5 % of 200, or a dash for the profile itself that is compared with."""
    return portion(cell.flips, cell.flip_pairs)


def portion(count: int | None, of: int | None) -> str:
    """Such as 12.5 % of 200, or a dash where there is nothing to count."""
    return f"{100 * count / of:.1f} % of {of}" if count is not None and of else "–"


def change(found: Difference | None, final: bool, holm: Adjusted = ALONE) -> str:
    """Such as +1.5 [-0.5, +3.5] (p = 0.45), among several with Holm's p; a dash: nothing is compared."""
    if found is None:
        return "–"
    if not final:
        return "not final"
    adjusted = f", Holm {holm.p_value:.2g}" if holm.tests > 1 else ""
    return f"{moved(found.value, found.low, found.high)} (p = {found.p_value:.2g}{adjusted})"


def moved(value: float, low: float | None, high: float | None) -> str:
    """A difference with its interval, such as +1.5 [-1.0, +4.0]; +0.0 alone where nothing differs."""
    return f"{value:+.1f}" + ("" if low is None else f" [{low:+.1f}, {high:+.1f}]")


def known(value: float | None) -> str:
    """A percentage, such as 81.5, or a dash."""
    return "–" if value is None else f"{value:.1f}"


def signed(value: float | None) -> str:
    """A difference in points, such as +1.5, or a dash."""
    return "–" if value is None else f"{value:+.1f}"
