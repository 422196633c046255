"""What is doubtful in a benchmark: by row, between rows, between label sets."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, zip_longest

from dmlr.datasets.answers import letter_of
from dmlr.datasets.checks import CHECKS, GOLD_CHECKS, gold_faults
from dmlr.datasets.mmstar import without_padding
from dmlr.datasets.options import asked
from dmlr.datasets.source import Loader, SourceRow
from dmlr.records import Gold

BLANKS = re.compile(r"\s+")
DRESS = re.compile(r"[\s$]|<image ?\d*>")
LABELS = ("released", "official", "corrected")


@dataclass(frozen=True)
class Finding:
    """One kind of doubt: what it is, what follows, and the samples that it concerns.

    ``labels`` is the label set that it is about, empty for none. ``details`` say more per sample;
    ``groups`` lists ids that belong together, where the doubt is about several rows at once.
    """

    check: str
    explains: str
    samples: list[str]
    labels: str = ""
    details: dict[str, str] = field(default_factory=dict)
    groups: list[list[str]] = field(default_factory=list)


def find(
    rows: Sequence[SourceRow],
    as_found: Sequence[SourceRow],
    loader: Loader | None,
    *,
    misfits: Sequence[str] = (),
    hashes: Mapping[str, str] | None = None,
) -> list[Finding]:
    """All findings, those that concern nobody left out.

    Args:
        rows: of the benchmark, with its errata.
        as_found: the same rows as their source has them.
        loader: of the benchmark, None for a file of one's own.
        misfits: ids whose released prompt lacks the official question.
        hashes: the picture's hash by id, where pictures were read; else paths tell them apart.
    """
    found = [*_golds(as_found, loader), *_golds(rows, loader, only="corrected")]
    found += [*_by_row(as_found, loader), *_between(as_found, hashes)]
    found += [*_differences(rows), *_options_differ(as_found)]
    if misfits:
        why = "the released prompt does not hold the official question"
        found.append(Finding("other question", why, list(misfits)))
    return [one for one in found if one.samples]


def _golds(
    rows: Sequence[SourceRow], loader: Loader | None, *, only: str | None = None
) -> Iterable[Finding]:
    for labels in (only,) if only else ("released", "official"):
        details: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows:
            if labels in row.gold:
                for check, what in gold_faults(row, labels, loader):
                    details[check][row.official_id] = what
        for check, explains in GOLD_CHECKS.items():
            yield Finding(check, explains, list(details[check]), labels, details[check])


def _by_row(rows: Sequence[SourceRow], loader: Loader | None) -> Iterable[Finding]:
    for check in CHECKS:
        details = {row.official_id: what for row in rows if (what := check.finds(row, loader))}
        yield Finding(check.name, check.explains, list(details), details=details)


def _between(rows: Sequence[SourceRow], hashes: Mapping[str, str] | None) -> Iterable[Finding]:
    pictures = {row.official_id: row.picture.name for row in rows} | dict(hashes or {})
    texts = _grouped(rows, lambda row: (row.question, row.options))
    same = [group for of_text in texts for group in _split(of_text, pictures)]
    several = [group for group in texts if len({pictures[row.official_id] for row in group}) > 1]
    yield _groups("repeated question", "one text with several pictures", several)
    other = [group for group in several if len({_answer(row) for row in group}) > 1]
    yield _groups("repeated question, other gold", "the picture alone decides", other)
    nearly = [
        group
        for group in _grouped(rows, _essence)
        if len({(row.question, row.options) for row in group}) > 1
    ]
    yield _groups(
        "nearly repeated question", "but for blanks, dollars or the options' order", nearly
    )
    yield _groups("duplicate", "same text, same picture: it counts more than once", same)
    conflicts = [group for group in same if len({_answer(row) for row in group}) > 1]
    yield _groups("conflict", "same text, same picture, another gold: one must be wrong", conflicts)
    if hashes:
        groups = _grouped(rows, lambda row: pictures[row.official_id])
        shared = [group for group in groups if len({row.picture.name for row in group}) > 1]
        yield _groups("equal pictures", "different names, the same bytes", shared)


def _grouped(
    rows: Sequence[SourceRow], key: Callable[[SourceRow], object]
) -> list[list[SourceRow]]:
    groups: dict[object, list[SourceRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return [group for group in groups.values() if len(group) > 1]


def _essence(row: SourceRow) -> tuple[str, tuple[str, ...]]:
    """The question without what changes nothing: blanks, dollars, markers, the options' order."""
    return _plain(row.question), tuple(sorted(map(_plain, row.options)))


def _plain(text: str) -> str:
    return DRESS.sub("", text).lower()


def _split(group: list[SourceRow], pictures: Mapping[str, str]) -> list[list[SourceRow]]:
    return _grouped(group, lambda row: pictures[row.official_id])


def _groups(check: str, explains: str, groups: list[list[SourceRow]]) -> Finding:
    ids = [[row.official_id for row in group] for group in groups]
    return Finding(check, explains, [name for group in ids for name in group], groups=ids)


def _answer(row: SourceRow) -> tuple[str, str] | None:
    labels = "official" if "official" in row.gold else "released"
    return _says(row.gold.get(labels))


def _differences(rows: Sequence[SourceRow]) -> Iterable[Finding]:
    """Where two label sets disagree; an empty gold disagrees with any other."""
    for one, other in combinations(LABELS, 2):
        details = {}
        for row in rows:
            if one in row.gold and other in row.gold:
                first, second = row.gold[one], row.gold[other]
                if _differ(first, second):
                    details[row.official_id] = f"{_shown(first)} / {_shown(second)}"
        explains = "a score under the one is no score under the other"
        yield Finding(f"{one} is not {other}", explains, list(details), details=details)


def _options_differ(rows: Sequence[SourceRow]) -> Iterable[Finding]:
    """Where the released prompt lists other options than the sample has."""
    details = {}
    for row in rows:
        gold = row.gold.get("official")
        if gold is not None and "released" in row.wordings:
            listed = without_padding(asked(row.wordings["released"]).options, gold.letter)
            if what := _first_difference(listed, row.options):
                details[row.official_id] = what
    yield Finding(
        "released options differ", "the prompt offers other options", list(details), "", details
    )


def _first_difference(listed: Sequence[str], options: Sequence[str]) -> str | None:
    for i, (one, other) in enumerate(zip_longest(listed, options, fillvalue="nothing")):
        if _bare(one) != _bare(other):
            return (
                f"{len(listed)} for {len(options)}; {letter_of(i)} is {one!r:.60} for {other!r:.60}"
            )
    return None


def _differ(first: Gold | None, second: Gold | None) -> bool:
    if first is None or second is None:
        return first is not second
    if first.kind == second.kind == "choice":
        return first.letter != second.letter
    return _bare(first.text) != _bare(second.text)


def _says(gold: Gold | None) -> tuple[str, str] | None:
    return None if gold is None else (gold.letter or "", gold.text)


def _shown(gold: Gold | None) -> str:
    return "empty" if gold is None else gold.letter or gold.text


def _bare(text: str) -> str:
    return BLANKS.sub("", text)
