"""Errata as data: what is known to be wrong in a benchmark, and what the labels `corrected` say instead.

``config/errata/{benchmark}.csv`` has one fault per line: sample (or * for every sample whose field has
the old value), field, old, new, source, reason, status. An erratum acts only where it finds what it
expects: where the old value is not there it is ``already`` repaired, or ``stale``, and says so.
"""

import dataclasses
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from dmlr.datasets import answers
from dmlr.datasets.entry import Status
from dmlr.datasets.source import SourceRow
from dmlr.datasets.tables import Row, csv_rows
from dmlr.errors import DataError
from dmlr.records import Gold

COLUMNS = ("sample", "field", "old", "new", "source", "reason", "status")
FIELD = re.compile(r"gold|released|question|note|option\.[A-Z]")
EVERY = "*"

Outcome = Literal["applied", "already", "stale", "listed", "absent"]


@dataclass(frozen=True)
class Erratum:
    """One line of the file."""

    sample: str
    field: str
    old: str
    new: str
    source: str
    reason: str
    status: Status


@dataclass(frozen=True)
class Applied:
    """An erratum with what came of it at one sample.

    ``applied``: it changed something; ``already``: the source has the new value; ``stale``: the source
    has neither value, or no option for the new letter, and nothing was changed; ``absent``: there is no
    such sample; ``listed``: a note, or a fault of a label set that the sample does not have.
    """

    sample: str
    erratum: Erratum
    outcome: Outcome


def read(path: Path) -> list[Erratum]:
    """The errata of a file.

    Raises:
        DataError: a line breaks the format.
    """
    return [_erratum(row) for row in csv_rows(path, COLUMNS)]


def correct(
    rows: Sequence[SourceRow], errata: Sequence[Erratum], *, ids: Collection[str] | None = None
) -> tuple[list[SourceRow], list[Applied]]:
    """Rows with the labels ``corrected``, and what each erratum did.

    The corrected gold is the official one where there is one, else the released one, with the errata.

    Args:
        rows: those that are chosen.
        errata: of the benchmark.
        ids: of all rows, chosen or not; an erratum for another id is ``absent``.
    """
    by_sample: dict[str, list[Erratum]] = {}
    for erratum in errata:
        by_sample.setdefault(erratum.sample, []).append(erratum)
    known = {row.official_id for row in rows} if ids is None else {*ids}
    corrected: list[SourceRow] = []
    outcomes = [
        Applied(name, erratum, "absent")
        for name, found in by_sample.items()
        if name not in known and name != EVERY
        for erratum in found
    ]
    for row in rows:
        labels = "official" if "official" in row.gold else "released"
        found = dataclasses.replace(row, gold={**row.gold, "corrected": row.gold.get(labels)})
        own = by_sample.get(row.official_id, [])
        fields = {erratum.field for erratum in own}
        every = [erratum for erratum in by_sample.get(EVERY, []) if erratum.field not in fields]
        for erratum in [*own, *every]:
            found, outcome = _apply(found, erratum)
            if outcome is not None:
                outcomes.append(Applied(row.official_id, erratum, outcome))
        corrected.append(found)
    return corrected, outcomes


def _apply(row: SourceRow, erratum: Erratum) -> tuple[SourceRow, Outcome | None]:
    """The row after one erratum; no outcome where one for every sample does not concern it."""
    if erratum.field == "note":
        return row, "listed"
    if erratum.field in ("gold", "released"):
        return _apply_gold(row, erratum)
    return _apply_text(row, erratum)


def _apply_gold(row: SourceRow, erratum: Erratum) -> tuple[SourceRow, Outcome | None]:
    official = "official" in row.gold
    # A fault of the released file alone has nothing to repair where the official gold is at hand.
    labels = "released" if erratum.field == "released" or not official else "official"
    if labels not in row.gold:
        return row, None if erratum.sample == EVERY else "listed"
    found = row.gold[labels]
    if not _says(found, erratum.old):
        if erratum.sample == EVERY:
            return row, None
        return row, "already" if _says(found, erratum.new) else "stale"
    if labels == "released" and official:
        return row, "applied" if _says(row.gold["official"], erratum.new) else "stale"
    gold = answers.released(erratum.new, row.options)
    if gold and gold.letter and answers.option_of(gold.letter, row.options) is None:
        return row, "stale"  # the new letter names no option
    return _noted(row, erratum, gold={**row.gold, "corrected": gold}), "applied"


def _apply_text(row: SourceRow, erratum: Erratum) -> tuple[SourceRow, Outcome | None]:
    none: Outcome | None = None if erratum.sample == EVERY else "stale"
    if erratum.field == "question":
        if erratum.old not in row.question:
            return row, "already" if erratum.new in row.question else none
        text = row.question.replace(erratum.old, erratum.new)
        return _noted(row, erratum, question=text), "applied"
    letter = erratum.field.removeprefix("option.")
    found = answers.option_of(letter, row.options)
    if found != erratum.old:
        return row, "already" if found == erratum.new else none
    index = ord(letter) - ord("A")
    options = (*row.options[:index], erratum.new, *row.options[index + 1 :])
    return _noted(row, erratum, options=options, gold=_renamed(row, letter, erratum.new)), "applied"


def _renamed(row: SourceRow, letter: str, text: str) -> dict[str, Gold | None]:
    """The golds with the new text of an option; the released gold stays as it was released."""
    return {
        labels: gold.model_copy(update={"text": text})
        if gold and gold.letter == letter and labels != "released"
        else gold
        for labels, gold in row.gold.items()
    }


def _says(gold: Gold | None, value: str) -> bool:
    """Whether a gold is what an erratum calls it: empty, a letter, or a text."""
    if gold is None:
        return value == ""
    return value != "" and value in (gold.letter if gold.letter else gold.text, gold.text)


def _noted(row: SourceRow, erratum: Erratum, **changes: object) -> SourceRow:
    field = "gold" if erratum.field == "released" else erratum.field
    note = f"{field}: {erratum.old or 'empty'} -> {erratum.new or 'none'} ({erratum.reason})"
    return dataclasses.replace(row, errata=(*row.errata, note), **changes)  # type: ignore[arg-type]


def _erratum(row: Row) -> Erratum:
    fields = {name: row.text(name) for name in COLUMNS}
    if not FIELD.fullmatch(fields["field"]):
        raise row.fault("field", "gold, released, question, note or option.LETTER")
    if fields["status"] not in get_args(Status):
        raise row.fault("status", f"one of {', '.join(get_args(Status))}")
    if not fields["sample"] or not fields["source"] or not fields["reason"]:
        raise DataError(f"{row.place}: sample, source and reason must not be empty")
    return Erratum(**fields)  # type: ignore[arg-type]
