"""The table of seeds: a row per profile, all its seeds together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dmlr.store.seeds import OverSeeds
from dmlr.store.table import Table, write_table
from dmlr.store.words import moved, percent

NAMES = ("benchmark", "model", "profile", "protocol", "labels")
COUNTS = ("seeds", "samples", "n", "unparsed", "failed", "no_gold")
SPREAD = ("floor", "ceiling", "deviation", "samples_error", "seeds_error", "error")
AGAINST = ("pairs", "difference", "difference_low", "difference_high", "p_value")
COLUMNS = (*NAMES, *COUNTS, "accuracy", "low", "high", *SPREAD, *AGAINST, "final")
HEADER = (
    *NAMES, "seeds", "n", "unparsed", "failed", "accuracy [95 %]", "SD of seeds", "SE, samples",
    "SE, seeds", "SE, both", "vs baseline (p)",
)  # fmt: skip
NOTES = (
    "All seeds of a profile together; intervals draw samples, or whole clusters, with all their "
    "answers. SD: standard deviation of the seeds' accuracies; SE: standard error of their mean over "
    "other samples, other seeds, and both, in points. One seed says nothing of others.",
)


def write_seeds(found: Sequence[OverSeeds], folder: Path, notes: Sequence[str] = ()) -> None:
    """Write the table ``seeds``."""
    write_table(seeds_table(found, notes), folder)


def seeds_table(found: Sequence[OverSeeds], notes: Sequence[str] = ()) -> Table:
    """Table ``seeds``; a reader sees what is under the first protocol."""
    shown = [_shown(one) for one in found if one.protocol == found[0].protocol]
    return Table("seeds", COLUMNS, [*map(_row, found)], HEADER, shown, (*NOTES, *notes))


def _row(one: OverSeeds) -> list[Any]:
    share = one.accuracy
    told = (share.value, share.low, share.high) if share else (None,) * 3
    before, after = (
        [getattr(one, name) for name in names] for names in (NAMES + COUNTS, SPREAD + AGAINST)
    )
    return [*before, *told, *after, one.final]


def _shown(one: OverSeeds) -> list[str]:
    names = [getattr(one, name) for name in NAMES]
    counts = map(str, (one.seeds, one.n, one.unparsed, one.failed))
    value = percent(one.accuracy) if one.final else f"not final: {one.floor:.1f}–{one.ceiling:.1f}"
    spread = (one.deviation, one.samples_error, one.seeds_error, one.error)
    errors = ["–" if error is None else f"{error:.2f}" for error in spread]
    return [*names, *counts, value, *errors, _versus(one)]


def _versus(one: OverSeeds) -> str:
    if one.difference is None:
        return "–"
    p_value = "" if one.p_value is None else f" (p = {one.p_value:.2g})"
    found = moved(one.difference, one.difference_low, one.difference_high)
    return f"{found}{p_value}" if one.pairs_final else "not final"
