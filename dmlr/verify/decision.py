"""What a rule set is asked, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass

from dmlr.records import Gold, Verdict4


@dataclass(frozen=True)
class Posed:
    """What the model was asked.

    ``benchmark`` is the benchmark's loader (mathvista, mathvision, mm-math, hallusionbench, mmvp,
    mmstar, scienceqa; any other has no rules of its own), ``options`` those that the model got to see.
    """

    benchmark: str
    question: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """What was read, how it was judged, and by which rule.

    ``extracted`` is the answer as the reply writes it, ``compared`` what of it was held against the gold
    (0.50 and 0.5 are one); both None where nothing could be read. ``settled`` is False where the rules
    are not sure and a judge model, where the protocol has one, may say more.
    """

    verdict: Verdict4
    extracted: str | None
    rule: str
    reason: str | None = None
    compared: str | None = None
    settled: bool = True


Rule = Callable[[str, Gold, Posed], Decision]  # reply, gold, what was asked
