"""The controls: every profile against the method, and what it does otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dmlr.store.cells import Cell
from dmlr.store.compute import Compute
from dmlr.store.difference import Difference
from dmlr.store.labels import main_labels
from dmlr.store.multiple import Adjusted, adjusted
from dmlr.store.provenance import run_ids
from dmlr.store.table import Table, write_table
from dmlr.store.words import change, others, share, versus

LEVEL = 0.05  # of the p-value after Holm below which a difference gets a star
FEW = 3  # changes that a reader sees one by one
KEYS = ("benchmark", "model", "profile", "seed")
COLUMNS = (
    *KEYS, "protocol", "labels", "changed", "n", "accuracy", "low", "high", "final", "pairs",
    "difference", "difference_low", "difference_high", "only_run", "only_method", "p", "holm_p",
    "detectable", "ahead", "baseline_difference", "baseline_p", "other_answers", "other_answers_n",
    "forwarded_vs_baseline", "provenance",
)  # fmt: skip


@dataclass(frozen=True)
class Control:
    """A run under a protocol and labels beside the method's run, of the profile ``method``.

    ``changed`` are the fields in which its profile differs, with the method's value and its own; empty
    for the method itself. ``found`` is None there, and without a common sample. ``final`` as in the
    table of accuracies, of both runs. ``ratio`` is that of the forwarded tokens to the baseline's.
    """

    cell: Cell
    method: str
    changed: Sequence[tuple[str, str | None, str | None]]
    found: Difference | None
    holm: Adjusted
    final: bool
    ratio: float | None

    @property
    def ahead(self) -> str | None:
        """The profile with the greater accuracy on the common samples, or neither; None where open."""
        if self.found is None or not self.final:
            return None
        sides = {1: self.cell.profile, 0: "neither", -1: self.method}
        won, lost = self.found.only_first, self.found.only_second
        return sides[(won > lost) - (won < lost)]

    @property
    def clear(self) -> bool:
        """Whether the difference is one that chance alone makes in fewer than one table of twenty."""
        return self.holm.p_value is not None and self.holm.p_value < LEVEL


def controls(
    database: duckdb.DuckDBPyConnection, cells: list[Cell], spent: list[Compute]
) -> list[Control]:
    """All runs that have one of the method beside them, this one included.

    The method is the profile that answers are held against. Holm's p-values are over all comparisons
    with it under the same protocol and labels.
    """
    ((method,),) = database.execute("SELECT flips_against FROM experiment").fetchall()
    changes, pairs = _changes(database), _pairs(database, method)
    ratios = {one.run: one.numbers["forwarded_vs_baseline"] for one in spent}
    whole = [cell for cell in cells if cell.category is None]
    of_method = {_place(cell): cell for cell in whole if cell.profile == method}
    chosen = [cell for cell in whole if _place(cell) in of_method]
    found = [pairs.get((cell.run, cell.protocol, cell.labels)) for cell in chosen]
    families = [(cell.protocol, cell.labels) for cell in chosen]
    holm = adjusted([one.p_value if one else None for one in found], families)
    return [
        Control(
            cell, method, changes.get(cell.run, []), comparison, one,
            final=cell.final and of_method[_place(cell)].final, ratio=ratios[cell.run],
        )
        for cell, comparison, one in zip(chosen, found, holm, strict=True)
    ]  # fmt: skip


def write_controls(
    database: duckdb.DuckDBPyConnection,
    found: list[Control],
    folder: Path,
    notes: Sequence[str] = (),
) -> None:
    """Write the table ``controls``: for readers under the first protocol and the main labels."""
    told = run_ids(database)
    rows = [_row(one, told[one.cell.run]) for one in found]
    labels: dict[str, set[str]] = {}
    for one in found:
        labels.setdefault(one.cell.run, set()).add(one.cell.labels)
    main = [
        one
        for one in found
        if one.cell.protocol == found[0].cell.protocol
        and one.cell.labels == main_labels(labels[one.cell.run])
    ]
    method = found[0].method if found else "the method"
    header = [*KEYS, "changed", "n", "accuracy [95 %]", f"vs {method} (p)", "ahead"]
    header += ["vs baseline (p)", "other answers", "forwarded vs baseline"]
    shown = [_shown(one) for one in main]
    below = [*_notes(main, method), *notes]
    write_table(Table("controls", COLUMNS, rows, header, shown, below), folder)


def _place(cell: Cell) -> tuple[Any, ...]:
    return cell.benchmark, cell.model, cell.seed, cell.protocol, cell.labels


def _changes(
    database: duckdb.DuckDBPyConnection,
) -> dict[str, list[tuple[str, str | None, str | None]]]:
    changes: dict[str, list[tuple[str, str | None, str | None]]] = {}
    rows = database.execute("SELECT run, field, old, new FROM controls ORDER BY run, position")
    for run, field, old, new in rows.fetchall():
        changes.setdefault(run, []).append((field, old, new))
    return changes


def _pairs(
    database: duckdb.DuckDBPyConnection, method: str
) -> dict[tuple[str, str, str], Difference]:
    rows = database.execute(
        "SELECT run, protocol, labels, n, only_run, only_other FROM pairs WHERE other_profile = ?",
        [method],
    ).fetchall()
    return {row[:3]: Difference(*row[3:]) for row in rows}


def _row(one: Control, source: str) -> list[Any]:
    cell, found, value = one.cell, one.found, one.cell.accuracy
    compared = (
        (None,) * 6
        if found is None
        else (found.n, found.value, found.low, found.high, found.only_first, found.only_second)
    )
    return [
        *(getattr(cell, name) for name in KEYS), cell.protocol, cell.labels, _all(one), cell.n,
        *((value.value, value.low, value.high) if value else (None,) * 3), one.final, *compared,
        found and found.p_value, one.holm.p_value, found and found.detectable, one.ahead,
        cell.difference, cell.p_value, cell.flip_share, cell.flip_pairs, one.ratio, source,
    ]  # fmt: skip


def _shown(one: Control) -> list[str]:
    cell = one.cell
    found = change(one.found, one.final, one.holm)
    star = " *" if one.clear and one.ahead else ""
    ahead = "–" if one.ahead is None else one.ahead + star
    ratio = "–" if one.ratio is None else f"{one.ratio:.2f}"
    changed = _all(one) if len(one.changed) <= FEW else f"{len(one.changed)} fields"
    row = [*(str(getattr(cell, name)) for name in KEYS), changed or "–", str(cell.n), share(cell)]
    return [*row, found, ahead, versus(cell), others(cell), ratio]


def _all(one: Control) -> str:
    """Such as sigma: 0.1 → 0.2."""
    return "; ".join(
        f"{field}: {old or 'null'} → {new or 'null'}" for field, old, new in one.changed
    )


def _notes(main: list[Control], method: str) -> list[str]:
    compared = [one for one in main if one.ahead is not None]
    ahead = [one.cell for one in compared if one.ahead not in (method, "neither")]
    named = ", ".join(f"{c.profile} ({c.benchmark}, {c.model}, seed {c.seed})" for c in ahead)
    return [
        f"changed: fields of the profile, {method}'s value → its own; controls.csv has them all",
        f"ahead: the profile with the greater accuracy on the same samples; *: Holm's p of this table "
        f"is below {LEVEL}",
        f"{len(ahead)} of {len(compared)} runs are ahead of {method}"
        + (f": {named}" if named else ""),
    ]
