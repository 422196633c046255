"""What a loader yields: one row of a benchmark, before it is checked and prepared."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from dmlr.datasets.answers import INTEGER
from dmlr.datasets.pictures import Picture
from dmlr.records import Gold

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
HALF = re.compile("[\ud800-\udfff]")  # JSON can hold it, UTF-8 and so every file after it cannot


@dataclass(frozen=True)
class SourceRow:
    """One question as its source has it; the fields are those of ``Sample``.

    ``picture`` knows how the source calls its picture and how to read it; ``solution`` is the released
    one, letter for letter, for the audit.
    """

    official_id: str
    question: str
    options: tuple[str, ...]
    gold: dict[str, Gold | None]
    picture: Picture
    category: str
    groups: dict[str, str]
    hint: str = ""
    style: str = "plain"
    wordings: dict[str, str] = field(default_factory=dict)
    errata: tuple[str, ...] = ()
    solution: str = ""


@dataclass(frozen=True)
class Place:
    """What a released file lets one know about a row besides its text: id, category, groups."""

    official_id: str
    category: str = "all"
    groups: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Loader:
    """How one benchmark is read.

    Args:
        files: which files of its repository a split needs, as globs with ``{split}`` in them.
        load: the rows of a split from the folder that holds these files.
        released: which official row a row of the authors' file is, from its number and picture path.
        together: groups whose questions count as one in an official metric.
        option_counts: how many options a question may have; None: any number.
        gold_is_text: a choice's gold is the option's text, from which a letter has to be found.
        hints: questions may come with a hint that belongs to them.
    """

    files: tuple[str, ...]
    load: Callable[[Path, str], list[SourceRow]]
    released: Callable[[int, PurePosixPath], Place]
    together: tuple[str, ...] = ()
    option_counts: frozenset[int] | None = None
    gold_is_text: bool = False
    hints: bool = False

    def patterns(self, split: str) -> tuple[str, ...]:
        """The globs of a split."""
        return tuple(pattern.format(split=split) for pattern in self.files)


def row_faults(row: SourceRow) -> list[str]:
    """Every rule of a usable row that this one breaks, each as one phrase.

    Doubtful options and golds are no faults: the audit lists them, and a score says by which labels.
    """
    faults = []
    if not SLUG.fullmatch(row.official_id):
        faults.append(f"id must be letters, digits, dots and dashes, got {row.official_id!r}")
    if not row.question.strip():
        faults.append("question must not be empty")
    if any(map(HALF.search, _texts(row))):
        faults.append("texts must be whole characters, found half of a surrogate pair")
    for labels, gold in row.gold.items():
        if gold is not None:
            faults += [f"gold.{labels}{fault}" for fault in _gold_faults(gold, row.options)]
    return faults


def _texts(row: SourceRow) -> list[str]:
    golds = [gold.text for gold in row.gold.values() if gold is not None]
    fields = (row.options, golds, row.groups.values(), row.wordings.values())
    return [row.question, row.hint, row.category, *(text for texts in fields for text in texts)]


def _gold_faults(gold: Gold, options: Sequence[str]) -> list[str]:
    if gold.kind == "choice":
        if not options or gold.letter is None:
            return [f" must not be a choice without options, got {gold.letter}. {gold.text}"]
    elif not gold.text.strip():
        return [" must not be empty (use None where a label set has no answer)"]
    if gold.kind == "integer" and not INTEGER.fullmatch(gold.text):
        return [f" must be an integer, got {gold.text!r}"]
    if gold.kind == "yesno" and gold.text not in ("Yes", "No"):
        return [f" must be Yes or No, got {gold.text!r}"]
    return []
