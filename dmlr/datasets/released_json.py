"""The authors' released format: a JSON list of {prompt, solution, image_path, idx}, idx optional.

Read exactly as it is: the prompt stays as the released wording, and question, options and gold are
taken out of it. A file of your own in this format needs no code (loader json).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from dmlr.datasets import answers
from dmlr.datasets.options import asked
from dmlr.datasets.pictures import under
from dmlr.datasets.source import Loader, Place, SourceRow
from dmlr.errors import DataError
from dmlr.records import Gold

DECIMALS = {"one": 1, "two": 2, "three": 3}
PLACES = re.compile(r"\b(one|two|three) decimal places?\b", re.IGNORECASE)
# How the pictures' paths of the authors' files begin -> loader of the benchmark.
DIALECTS = {
    "dataset/math_vista/": "mathvista",
    "dataset/math_vision/": "mathvision",
    "dataset/mm_math/": "mm-math",
    "dataset/hallusion_bench/": "hallusionbench",
    "dataset/mmvp/": "mmvp",
    "dataset/mmstar/": "mmstar",
    "dataset/scienceqa/": "scienceqa",
}


@dataclass(frozen=True)
class Entry:
    """One entry of the file; ``number`` is its idx, or its place where it has none."""

    number: int
    prompt: str
    solution: str
    image_path: str


def read(path: Path) -> list[Entry]:
    """The entries of a file.

    Raises:
        DataError: with one line for every entry that breaks the format.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: must be a JSON file ({error})") from None
    if not isinstance(content, list) or not content:
        raise DataError(f"{path}: must be a JSON list with an object for every question")
    faults = [fault for i, fields in enumerate(content) for fault in _faults(i, fields)]
    if faults:
        raise DataError("\n".join(f"{path}: {fault}" for fault in faults))
    return [_entry(i, fields) for i, fields in enumerate(content)]


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def dialect(entries: list[Entry]) -> str:
    """Which benchmark's file it is by where its pictures lie; json where it is none of them."""
    for prefix, loader in DIALECTS.items():
        if all(entry.image_path.startswith(prefix) for entry in entries):
            return loader
    return "json"


def rows(entries: list[Entry], loader: Loader | None, image_root: Path) -> list[SourceRow]:
    """The entries as rows with the label set ``released``; without a loader it is ``official``."""
    labels = "official" if loader is None else "released"
    return [_row(entry, loader, labels, image_root) for entry in entries]


def _row(entry: Entry, loader: Loader | None, labels: str, image_root: Path) -> SourceRow:
    found = asked(entry.prompt)
    path = PurePosixPath(entry.image_path)
    where = loader.released(entry.number, path) if loader else Place(str(entry.number))
    return SourceRow(
        official_id=where.official_id,
        question=found.question,
        options=found.options,
        gold={labels: gold_of(entry.solution, entry.prompt, found.options)},
        picture=under(image_root, entry.image_path),
        category=where.category,
        groups=where.groups,
        wordings={"released": entry.prompt},
        solution=entry.solution,
    )


def gold_of(solution: str, prompt: str, options: Sequence[str]) -> Gold | None:
    """The gold of a solution; how many decimals count is what the prompt asks for (MathVista)."""
    gold = answers.released(solution, options)
    if gold is None:
        return None
    asked_for = PLACES.search(prompt) if gold.kind == "float" else None
    places = {"precision": DECIMALS[asked_for[1].lower()]} if asked_for else {}
    return gold.model_copy(update={"solution": solution, **places})


def _faults(place: int, fields: Any) -> list[str]:
    if not isinstance(fields, dict):
        return [f"entry {place} must be an object, got {type(fields).__name__}"]
    faults = [
        f"entry {place}: {name} must be text, got {fields.get(name)!r:.80}"
        for name in ("prompt", "image_path")
        if not isinstance(fields.get(name), str) or not fields[name].strip()
    ]
    solution, idx = fields.get("solution"), fields.get("idx", place)
    if not isinstance(solution, str | int | float) or isinstance(solution, bool):
        faults.append(
            f"entry {place}: solution must be text (empty: no answer), got {solution!r:.80}"
        )
    if not isinstance(idx, int) or isinstance(idx, bool) or idx < 0:
        faults.append(f"entry {place}: idx must be a whole number from 0 on, got {idx!r:.80}")
    return faults


def _entry(place: int, fields: dict[str, Any]) -> Entry:
    return Entry(
        fields.get("idx", place), fields["prompt"], str(fields["solution"]), fields["image_path"]
    )
