"""The most that a method can score under the paper's rules, by label set."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dmlr.records import Gold
from dmlr.verify.decision import Posed
from dmlr.verify.rules import boxed

Judged = tuple[Mapping[str, Gold | None], tuple[str, ...]]


def reachable(gold: Gold | None, options: tuple[str, ...]) -> bool:
    """True if some reply would be judged correct: the gold, written in the ways a model may.

    It is asked of the rules themselves, so a gold that they cannot recognise is found too.
    """
    if gold is None:
        return False
    posed = Posed("", "", options)
    return any(boxed.judge(reply, gold, posed).verdict == "correct" for reply in _replies(gold))


def ceilings(samples: Sequence[Judged]) -> list[dict[str, Any]]:
    """How many samples some reply can get right, of all samples, by label set.

    Args:
        samples: every sample's golds by label set, with its options.
    """
    found = []
    for labels in dict.fromkeys(name for golds, _ in samples for name in golds):
        hits = sum(reachable(golds.get(labels), options) for golds, options in samples)
        found.append({"labels": labels, "rules": "boxed", "reachable": hits, "of": len(samples)})
    return found


def _replies(gold: Gold) -> Iterable[str]:
    for answer in (gold.letter, gold.text, *gold.aliases):
        if answer:
            yield f"\\boxed{{{answer}}}"
