"""Rule set official: how each benchmark itself scores an answer, once it has been extracted.

Where a benchmark asks a language model to extract or to judge, our own extraction stands in its place;
where it would guess an option, the reply is unparsed. The rest keeps its faults. HallusionBench asks
GPT-4 whether the reply contradicts the gold's details: here yes or no is read and compared. MMVP asks
GPT-4 too: here the letter is; its pairs are a metric, not a rule. A benchmark without rules of its own,
and a gold of a kind that it does not have, is judged as in the rule set extracted.
"""

from collections.abc import Mapping

from dmlr.records import Gold
from dmlr.verify.decision import Decision, Posed, Rule
from dmlr.verify.rules import (
    official_letters,
    official_mathvision,
    official_mathvista,
    official_mm_math,
)
from dmlr.verify.rules.extracted import judged


def judge(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Judge one reply by the rule of its benchmark and of the gold's kind."""
    return RULES.get(posed.benchmark, {}).get(gold.kind, _other)(reply, gold, posed)


def _other(reply: str, gold: Gold, posed: Posed) -> Decision:
    return judged(reply, gold, posed, f"official (none of its own): extracted {gold.kind}")


def _hallusionbench(reply: str, gold: Gold, posed: Posed) -> Decision:
    return judged(reply, gold, posed, "official hallusionbench yes/no")


def _mmvp(reply: str, gold: Gold, posed: Posed) -> Decision:
    return judged(reply, gold, posed, "official mmvp letter")


RULES: Mapping[str, Mapping[str, Rule]] = {
    "mathvista": official_mathvista.RULES,
    "mathvision": official_mathvision.RULES,
    "mm-math": official_mm_math.RULES,
    "hallusionbench": {"yesno": _hallusionbench},
    "mmvp": {"choice": _mmvp},
    "mmstar": {"choice": official_letters.mmstar},
    "scienceqa": {"choice": official_letters.scienceqa},
}
