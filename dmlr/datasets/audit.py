"""The audit of a benchmark: counts, doubts, errata, and how low and high a score can be.

It is the stage's ``audit.json``. ``dmlr audit`` and the report add what each protocol's rules can reach
(dmlr/verify/rules.py), so that no change of a rule prepares a benchmark again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from dmlr.datasets.answers import option_of
from dmlr.datasets.collect import Collected
from dmlr.datasets.entry import Benchmark, Shapes
from dmlr.datasets.findings import LABELS, find
from dmlr.datasets.options import offered
from dmlr.datasets.source import SourceRow
from dmlr.records import AUDIT_FORMAT, Gold, ImageFile

CONSTANTS = 2  # how many constant answers are tried, the most frequent first


@dataclass(frozen=True)
class Audited:
    """What the audit is made from; ``images`` by id is None where no picture was read."""

    name: str
    entry: Benchmark
    collected: Collected
    images: Mapping[str, ImageFile] | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """In whose wording the model is asked."""
        return "unified" if isinstance(self.entry, Shapes) else self.entry.prompt_source

    def samples(self, rows: Sequence[SourceRow]) -> list[SourceRow]:
        """Those of the rows that are samples."""
        return [row for row in rows if row.official_id not in self.skipped]


def audit(of: Audited) -> dict[str, Any]:
    """The whole audit as JSON."""
    rows, found = of.samples(of.collected.rows), of.samples(of.collected.found)
    loader = of.collected.loader
    hashes = None if of.images is None else {key: file.sha256 for key, file in of.images.items()}
    names = set(hashes.values()) if hashes else {row.picture.name for row in rows}
    misfits = [name for name in of.collected.misfits if name not in of.skipped]
    doubts = find(rows, found, loader, misfits=misfits, hashes=hashes)
    return {
        "format": AUDIT_FORMAT,
        "benchmark": of.name,
        "source": _source(of),
        "subset": _subset(of),
        "samples": len(rows),
        "images": len(names),
        "skipped": dict(of.skipped),
        "categories": dict(sorted(Counter(row.category for row in rows).items())),
        "groups": _groups(rows),
        "labels": {labels: _labels(rows, labels, of.asked) for labels in _label_sets(rows)},
        "findings": [asdict(one) for one in doubts],
        "errata": [_erratum(one) for one in of.collected.errata],
        "floors": _floors(rows, loader.together if loader else ()),
    }


def _source(of: Audited) -> dict[str, Any]:
    entry = of.entry
    if isinstance(entry, Shapes):
        return {"loader": entry.loader, "split": entry.split}
    names = ("loader", "source", "hub", "revision", "folder", "split", "released", "licence",
             "citation", "prompt_source")  # fmt: skip
    return {**entry.model_dump(include=set(names)), "files": of.collected.files}


def _subset(of: Audited) -> dict[str, Any]:
    found: dict[str, Any] = {"of": of.collected.total, "chosen": len(of.collected.rows)}
    if not isinstance(of.entry, Shapes):
        found |= of.entry.subset.model_dump(exclude_defaults=True)
    return found


def _label_sets(rows: Sequence[SourceRow]) -> list[str]:
    return [labels for labels in LABELS if any(labels in row.gold for row in rows)]


def _labels(rows: Sequence[SourceRow], labels: str, prompt_source: str) -> dict[str, Any]:
    golds = _golds(rows, labels)
    kinds = Counter(gold.kind for gold in golds if gold)
    letters = Counter(gold.letter for gold in golds if gold and gold.letter)
    pairs = zip(golds, rows, strict=True)
    return {
        "reachable": sum(_reachable(gold, row, prompt_source) for gold, row in pairs),
        "answers": sum(kinds.values()),
        "empty": sum(gold is None for gold in golds),
        "kinds": dict(sorted(kinds.items())),
        "letters": dict(sorted(letters.items())),
    }


def _groups(rows: Sequence[SourceRow]) -> dict[str, int]:
    """How many values each group has."""
    names = sorted({name for row in rows for name in row.groups})
    return {name: len({row.groups.get(name) for row in rows}) for name in names}


def _floors(rows: Sequence[SourceRow], together: Sequence[str]) -> list[dict[str, Any]]:
    """What always giving one answer scores: alone, and in groups that are right only as a whole."""
    floors = []
    for labels in _label_sets(rows):
        golds = {row.official_id: gold for row in rows if (gold := row.gold.get(labels))}
        for answer, count in Counter(map(_short, golds.values())).most_common(CONSTANTS):
            floors.append(_floor(labels, "accuracy", answer, count, len(golds)))
            for group in together:
                right: dict[str, bool] = {}
                for row in rows:
                    if row.official_id in golds and group in row.groups:
                        hit = _short(golds[row.official_id]) == answer
                        right[row.groups[group]] = right.get(row.groups[group], True) and hit
                if right:
                    floors.append(_floor(labels, group, answer, sum(right.values()), len(right)))
    return floors


def _floor(labels: str, metric: str, answer: str, correct: int, of: int) -> dict[str, Any]:
    return {"labels": labels, "metric": metric, "answer": answer, "correct": correct, "of": of}


def _short(gold: Gold) -> str:
    return gold.letter or gold.text


def _reachable(gold: Gold | None, row: SourceRow, prompt_source: str) -> bool:
    """Whether any reply can be right: there is a gold, and its letter is one that is offered."""
    if gold is None or not gold.letter:
        return gold is not None
    return option_of(gold.letter, offered(row.options, row.wordings, prompt_source)) is not None


def _golds(rows: Sequence[SourceRow], labels: str) -> list[Gold | None]:
    return [row.gold.get(labels) for row in rows]


def _erratum(one: Any) -> dict[str, Any]:
    return {
        "sample": one.sample,
        "outcome": one.outcome,
        **asdict(one.erratum) | {"sample": one.sample},
    }
