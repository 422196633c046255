"""Released rows beside their official samples: three label sets and both wordings on one row."""

import dataclasses
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from dmlr.datasets.source import SourceRow
from dmlr.errors import DataError

SPACES = re.compile(r"(?:\\n|\s)+")
MISFITS = 0.1  # share of prompts without their official question from which on it is another file


def join(
    official: Sequence[SourceRow], released: Sequence[SourceRow], *, order: str, file: str
) -> tuple[list[SourceRow], list[str]]:
    """Join by id.

    Args:
        official: all rows of the official split.
        released: all rows of the authors' file, with the ids of their official samples.
        order: ``official`` or ``released-json``: whose rows in whose order.
        file: what the released rows are called in a message.

    Returns:
        The joined rows, and the ids whose prompt does not hold the official question.

    Raises:
        DataError: a released row has no official sample, two have the same, or the file is about
            another data set.
    """
    counts = Counter(row.official_id for row in released)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise DataError(
            f"{file}: every row must be another official sample, {len(twice)} stand for several rows, "
            f"first {twice[0]}: are rows repeated, or is it another split?"
        )
    samples = {row.official_id: row for row in official}
    authors = {row.official_id: row for row in released}
    unknown = [name for name in authors if name not in samples]
    if unknown:
        raise DataError(
            f"{file}: every row must have its official sample, {len(unknown)} of {len(authors)} have "
            f"none, first {unknown[0]}: is it another split, or another data set?"
        )
    misfits = [name for name, row in authors.items() if not _holds(row, samples[name])]
    if len(misfits) > MISFITS * len(authors):
        raise DataError(
            f"{file}: prompts must hold the official questions, {len(misfits)} of {len(authors)} do "
            f"not, first {misfits[0]}: is it another split, or another order?"
        )
    names = authors if order == "released-json" else samples
    return [_joined(samples[name], authors.get(name)) for name in names], misfits


def _joined(sample: SourceRow, author: SourceRow | None) -> SourceRow:
    if author is None:
        return dataclasses.replace(sample, gold={"released": None, **sample.gold})
    return dataclasses.replace(
        sample,
        gold={**author.gold, **sample.gold},
        wordings={**sample.wordings, **author.wordings},
        solution=author.solution,
    )


def _holds(author: SourceRow, sample: SourceRow) -> bool:
    return _plain(sample.question) in _plain(author.wordings["released"])


def _plain(text: str) -> str:
    return SPACES.sub("", unicodedata.normalize("NFKC", text)).lower()
