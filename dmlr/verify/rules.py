"""The rule sets by name, and the most that a method can score under them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dmlr.records import Gold
from dmlr.verify import boxed

Judged = tuple[Mapping[str, Gold | None], tuple[str, ...]]
RULE_SETS: dict[str, Callable[[str, Gold, tuple[str, ...]], boxed.Decision]] = {
    "boxed": boxed.judge
}


def reachable(rules: str, gold: Gold | None, options: tuple[str, ...]) -> bool:
    """True if some reply would be judged correct: the gold, written in the ways a model may.

    It is asked of the rules themselves, so a gold that they cannot recognise is found too.
    """
    if gold is None:
        return False
    judge = RULE_SETS[rules]
    return any(judge(reply, gold, options).verdict == "correct" for reply in _replies(gold))


def ceilings(samples: Sequence[Judged]) -> list[dict[str, Any]]:
    """How many samples some reply can get right, of all samples, by label set and rule set.

    Args:
        samples: every sample's golds by label set, with its options.
    """
    found = []
    for labels in dict.fromkeys(name for golds, _ in samples for name in golds):
        for rules in RULE_SETS:
            hits = sum(reachable(rules, golds.get(labels), options) for golds, options in samples)
            found.append({"labels": labels, "rules": rules, "reachable": hits, "of": len(samples)})
    return found


def _replies(gold: Gold) -> Iterable[str]:
    for answer in (gold.letter, gold.text, *gold.aliases):
        if answer:
            yield f"\\boxed{{{answer}}}"
