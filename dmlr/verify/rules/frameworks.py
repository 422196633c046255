"""What the rules of two evaluation frameworks share: finding a family's rule, letters, plain numbers."""

import re
from collections.abc import Mapping
from dataclasses import replace
from string import ascii_uppercase

from dmlr.records import Gold, Verdict4
from dmlr.verify.decision import Decision, Posed, Rule
from dmlr.verify.rules.boxed import NUMBER

Rules = Mapping[str, Mapping[str, Rule]]  # benchmark's family -> kind of gold -> rule

FRACTION = re.compile(
    rf"({NUMBER.pattern})/({NUMBER.pattern})"
    rf"|([+-]?)\\[dt]?frac\{{({NUMBER.pattern})\}}\{{({NUMBER.pattern})\}}"
)
DRESS = re.compile(r"\s|[$~°]|\\(?:left|right|[,;! ])|\^\{?\\circ\}?")
UNIT = re.compile(r"(?<=[0-9}])\\?(?:degrees?|mm|cm|dm|km|m)(?:\^\{?[23]\}?)?\Z")


def by_family(framework: str, rules: Rules, reply: str, gold: Gold, posed: Posed) -> Decision:
    """The decision of the rule for the question's family; failed where the framework has none.

    An empty reply is settled whatever the rule says: there is nothing that a judge could be asked.
    """
    kinds = rules.get(posed.benchmark)
    rule = (kinds or {}).get(gold.kind)
    if rule is None:
        what = f"{posed.benchmark} with a gold of kind {gold.kind}" if kinds else posed.benchmark
        reason = f"no rule of {framework} is known for {what}"
        return Decision("failed", None, framework, reason)
    found = rule(reply, gold, posed)
    return found if reply.strip() else replace(found, settled=True)


def asks_model(framework: str, rule: str) -> Decision:
    """What is decided where the framework asks a language model, which is not done here."""
    reason = f"here {framework} asks a language model"
    return Decision("unparsed", None, rule, reason, settled=False)


def compared(
    right: bool, rule: str, extracted: str, value: str | None = None, *, settled: bool = True
) -> Decision:
    """Right or wrong; ``value`` is what was held against the gold, else ``extracted``."""
    verdict: Verdict4 = "correct" if right else "wrong"
    return Decision(verdict, extracted, rule, compared=value or extracted, settled=settled)


def nothing(rule: str, reason: str) -> Decision:
    """Wrong because the framework reads nothing from the reply; a judge may still read more."""
    return Decision("wrong", None, rule, reason, settled=False)


def lettered(options: tuple[str, ...]) -> dict[str, str]:
    """Option letter -> option text; options behind Z have none."""
    return dict(zip(ascii_uppercase, options, strict=False))


def number(text: str) -> float | None:
    r"""The value of a plain number, ``1/2`` or ``\frac{1}{2}``; None for anything else.

    The frameworks hand a model's text to an evaluator of Python or LaTeX here; this does not.
    """
    plain = text.strip().removeprefix("$").removesuffix("$").strip()
    if NUMBER.fullmatch(plain):
        return float(plain)
    found = FRACTION.fullmatch(plain)
    if found is None:
        return None
    above, below = float(found[1] or found[4]), float(found[2] or found[5])
    if below == 0:
        return None
    return (-above if found[3] == "-" else above) / below


def undressed(text: str) -> str:
    """A text without blanks, dollars, how LaTeX sets it, degrees, and a last unit of length."""
    return UNIT.sub("", DRESS.sub("", text))
