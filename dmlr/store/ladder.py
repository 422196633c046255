"""The ladder: what each single difference between two profiles does, one on top of the other."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from dmlr.ladder import changes
from dmlr.store.cells import Cell
from dmlr.store.difference import Difference, difference
from dmlr.store.fields import paired_fields, scored_fields
from dmlr.store.multiple import Adjusted, adjusted
from dmlr.store.table import Table, write_table
from dmlr.store.words import change, portion, share

KEYS = ("benchmark", "model", "seed", "protocol", "labels")
COLUMNS = (
    *KEYS, "rung", "profile", "field", "before", "after", "samples", "n", "accuracy", "low", "high",
    "unparsed", "failed", "no_gold", "final", "pairs", "difference", "difference_low", "difference_high",
    "only_here", "only_before", "mcnemar_p", "holm_p", "comparisons", "other_answers", "answer_pairs",
)  # fmt: skip
HEADER = (
    "benchmark", "model", "seed", "protocol", "labels", "profile", "changed", "n", "accuracy [95 %]",
    "vs row before [95 %] (p)", "other answers",
)  # fmt: skip
NOTES = (
    "Each profile differs from that of the row before in what is changed and in nothing else: a row has "
    "the effect of its change on top of all changes above it.",
    "Differences are in points, paired over the answers that both rows have a score for. Holm's "
    "p-values bound the chance of one false finding or more in a ladder. Other answers are those that "
    "differ from the row before, right or wrong.",
)
RUNGS = """
SELECT
    benchmark, model, seed, rungs.protocol, rungs.labels, rungs.position, profile, run, before,
    settings->'$.profile' AS told, pairs, only_here, only_before, other_answers, answer_pairs
FROM rungs
JOIN runs USING (run)
JOIN protocols ON protocols.protocol = rungs.protocol
ORDER BY benchmark, model, seed, protocols.position, rungs.labels, rungs.position
"""


@dataclass(frozen=True)
class Rung:
    """One run of the ladder under a protocol and labels, beside that of the profile before it.

    ``changed`` has the fields that differ with their values before and after. ``difference`` is this run
    less the one before; None for the first. ``holm`` has its p-value adjusted for the tests of this
    ladder. ``other_answers`` of ``answer_pairs`` differ, right or wrong. ``pairs_final`` is
    False where this run's number or that of the one before is not final.
    """

    benchmark: str
    model: str
    seed: int
    protocol: str
    labels: str
    rung: int
    profile: str
    changed: dict[str, tuple[Any, Any]]
    cell: Cell
    difference: Difference | None
    other_answers: int | None
    answer_pairs: int | None
    pairs_final: bool
    holm: Adjusted = dataclasses.field(default_factory=lambda: Adjusted(None, 0))

    @property
    def words(self) -> str:
        """Such as sigma: 25.0 to 0.1; a dash for the first."""
        told = (
            f"{name}: {_word(old)} to {_word(new)}" for name, (old, new) in self.changed.items()
        )
        return ", ".join(told) or "–"


def write_ladder(found: Sequence[Rung], folder: Path, notes: Sequence[str] = ()) -> None:
    """Write the table ``ladder``: a row per rung; ``notes`` stand below its own."""
    write_table(ladder_table(found, notes), folder)


def ladder_table(found: Sequence[Rung], notes: Sequence[str] = ()) -> Table:
    """The rungs as numbers, and in words those under the first protocol."""
    main = [one for one in found if one.protocol == found[0].protocol]
    rows, shown = [*map(_row, found)], [*map(_shown, main)]
    return Table("ladder", COLUMNS, rows, HEADER, shown, (*NOTES, *notes))


def ladder(opened: duckdb.DuckDBPyConnection, scored: Sequence[Cell]) -> list[Rung]:
    """The rungs of every ladder, from the first profile to the last.

    A ladder is that of one benchmark, model and seed under a protocol and labels. ``scored`` are the
    cells of the same database.
    """
    cells = {(one.run, one.protocol, one.labels): one for one in scored if one.category is None}
    asked = opened.execute(RUNGS)
    names = [column[0] for column in asked.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    found: list[Rung] = []
    for _, rungs in groupby(rows, lambda row: [row[name] for name in KEYS]):
        found += _climbed(list(rungs), cells)
    return found


def _climbed(rows: list[dict[str, Any]], cells: dict[tuple[str, str, str], Cell]) -> list[Rung]:
    """The rungs of one ladder, with Holm's p-values."""
    told = {row["run"]: json.loads(row["told"]) for row in rows}
    found = [_rung(row, told, cells) for row in rows]
    p_values = [one.difference.p_value if one.difference else None for one in found]
    holm = adjusted(p_values, [None] * len(found))  # one family
    return [replace(one, holm=told) for one, told in zip(found, holm, strict=True)]


def _rung(
    row: dict[str, Any], told: dict[str, Any], cells: dict[tuple[str, str, str], Cell]
) -> Rung:
    run, before = row["run"], row["before"]
    cell, other = (cells.get((name, row["protocol"], row["labels"])) for name in (run, before))
    assert cell is not None  # a row of the view has verdicts
    return Rung(
        **{name: row[name] for name in (*KEYS, "profile")},
        rung=row["position"],
        changed=changes(told[before], told[run]) if other else {},
        cell=cell,
        difference=difference(row["pairs"], row["only_here"], row["only_before"]),
        other_answers=row["other_answers"] if other else None,
        answer_pairs=row["answer_pairs"] if other else None,
        pairs_final=cell.final and (other is None or other.final),
    )


def _row(one: Rung) -> list[Any]:
    row = {name: getattr(one, name) for name in COLUMNS if hasattr(one, name)}
    row |= scored_fields(one.cell) | paired_fields(one.difference)
    row |= {"holm_p": one.holm.p_value, "comparisons": one.holm.tests}
    if one.changed:
        olds, news = zip(*one.changed.values(), strict=True)
        row["field"] = ", ".join(one.changed)
        row["before"], row["after"] = (", ".join(map(_word, values)) for values in (olds, news))
    return [row.get(name) for name in COLUMNS]


def _shown(one: Rung) -> list[str]:
    keys = [str(getattr(one, name)) for name in KEYS]
    compared = change(one.difference, one.pairs_final, one.holm)
    row = [*keys, one.profile, one.words, str(one.cell.n), share(one.cell), compared]
    return [*row, portion(one.other_answers, one.answer_pairs)]


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
