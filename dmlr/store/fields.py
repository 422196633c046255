"""Numbers by the names of a table's columns."""

from typing import Any

from dmlr.store.cells import Cell
from dmlr.store.difference import Difference


def scored_fields(cell: Cell) -> dict[str, Any]:
    """What a run scored; ``printed``: in percent, with all that has no score counted as wrong."""
    names = ("samples", "n", "no_gold", "unparsed", "failed", "final")
    fields = {name: getattr(cell, name) for name in names} | {"printed": cell.floor}
    if cell.accuracy is not None:
        found = cell.accuracy
        fields |= {"accuracy": found.value, "low": found.low, "high": found.high}
    return fields


def paired_fields(found: Difference | None) -> dict[str, float | int | None]:
    """A row less the row before it; nothing where they are not compared."""
    if found is None:
        return {}
    return {
        "pairs": found.n,
        "difference": found.value,
        "difference_low": found.low,
        "difference_high": found.high,
        "only_here": found.only_first,
        "only_before": found.only_second,
        "mcnemar_p": found.p_value,
    }
