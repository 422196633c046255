"""What a loader yields: one row of a benchmark, before it is checked and prepared."""

import re
from dataclasses import dataclass

from dmlr.records import Gold

INTEGER = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True)
class SourceRow:
    """One question as its source has it; ``image`` holds the bytes of the picture's file."""

    official_id: str
    question: str
    options: tuple[str, ...]
    gold: dict[str, Gold | None]
    image: bytes
    category: str
    groups: dict[str, str]


def row_faults(row: SourceRow) -> list[str]:
    """Every rule of a usable row that this one breaks, each as one phrase."""
    faults = []
    if not row.official_id:
        faults.append("id must not be empty")
    if not row.question.strip():
        faults.append("question must not be empty")
    if len(set(row.options)) != len(row.options):
        faults.append(f"options must differ, got {list(row.options)}")
    for labels, gold in row.gold.items():
        if gold is not None:
            faults += [f"gold.{labels}{fault}" for fault in _gold_faults(gold, row.options)]
    return faults


def _gold_faults(gold: Gold, options: tuple[str, ...]) -> list[str]:
    if not gold.text.strip():
        return [" must not be empty (use None where a label set has no answer)"]
    if gold.kind == "integer" and not INTEGER.fullmatch(gold.text):
        return [f" must be an integer, got {gold.text!r}"]
    if gold.kind == "yesno" and gold.text not in ("Yes", "No"):
        return [f" must be Yes or No, got {gold.text!r}"]
    if gold.kind == "choice":
        letters = {chr(ord("A") + i): text for i, text in enumerate(options)}
        if letters.get(gold.letter or "") != gold.text:
            return [f" must name an option of {list(options)}, got {gold.letter}. {gold.text}"]
    return []
