r"""MM-Math's official rule: all that the reply boxes against all that the gold boxes, in any order.

Every ``\boxed{}`` of the reply counts, an intermediate result too. The contents are cut at the commas
outside brackets (1,000 is two answers), ``\pm`` is two answers, units (cm, m, degree) and Chinese words
are dropped. Two answers are one if they are the same text, differ by at most 0.0101, one being as it is,
a hundredth or the hundredfold, or are equal as mathematics; of an equation and a number the right side
counts. As published the script reads an option that it does not have and calls everything wrong; this
is what it says once that is put right. A reply without a box it calls wrong: here it is unparsed.
"""

import re
from collections.abc import Mapping

from dmlr.boxes import boxes
from dmlr.records import Gold, Verdict4
from dmlr.verify.decision import Decision, Posed, Rule
from dmlr.verify.equality import either, number, same_expression, split, undressed, written
from dmlr.verify.mathematics import value
from dmlr.verify.rules.extracted import SURE, unread

RULE = "official mm-math"
NEAR = 0.01 * 1.01  # the precision of its command line, and the script's leeway
WRAPPED = re.compile(r"\\(?:text|mathrm|mathbf)\{~?([^{}]*)\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
UNITS = re.compile(r"\\[,;! ]|[$°]|\^\{?\\circ\}?|(?<![a-z])cm(?:\^\{?[23]\}?)?")
METRES = re.compile(r"(?<=[0-9} ])m(?:\^\{?[23]\}?)?\Z")


def judge(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Every answer of the gold has its own among those of the reply, and none is left over."""
    del posed
    found = answers(",".join(boxes(reply)))
    if not found:
        return unread(reply, RULE, "no \\boxed{} with an answer in the reply")
    extracted = ", ".join(found)
    right = either(paired(answers(text), found) for text in (gold.text, *gold.aliases))
    if right is None:
        reason = "cannot be compared with the gold"
        return Decision("unparsed", extracted, RULE, reason, extracted, settled=False)
    settled = right or gold.kind in SURE
    verdict: Verdict4 = "correct" if right else "wrong"
    return Decision(verdict, extracted, RULE, compared=extracted, settled=settled)


def answers(text: str) -> list[str]:
    r"""The answers that a text lists, without units; ``\pm`` makes two of one."""
    folded = text.translate(str.maketrans("，（）", ",()"))
    parts = [_bare(part) for part in split(folded)]
    signs = [("+", "-") if "\\pm" in part else ("",) for part in parts]
    return [
        part.replace("\\pm", sign)
        for part, which in zip(parts, signs, strict=True)
        for sign in which
        if part
    ]


def paired(gold: list[str], found: list[str]) -> bool | None:
    """True where each answer of the gold is one of those found, None where that cannot be told."""
    if len(gold) != len(found):
        return False
    wanted, left = _unequal(gold, found)
    for right in wanted:
        for answer in left:
            if (verdict := same(right, answer)) is not False:
                break
        if not verdict:  # None at once: each question may take the limit of time
            return verdict
        left.remove(answer)
    return True


def _unequal(gold: list[str], found: list[str]) -> tuple[list[str], list[str]]:
    """The answers of both that are left when those of the same text are taken out in pairs."""
    left = list(found)
    texts = [written(answer) for answer in found]
    wanted = []
    for right in gold:
        if (text := written(right)) in texts:
            place = texts.index(text)
            del left[place], texts[place]
        else:
            wanted.append(right)
    return wanted, left


def same(gold: str, answer: str) -> bool | None:
    """Equal as text, as numbers within the tolerance, or as mathematics."""
    if written(gold) == written(answer):
        return True
    if ("=" in gold) != ("=" in answer):
        gold, answer = gold.rpartition("=")[2], answer.rpartition("=")[2]
    one, other = _value(gold), _value(answer)
    if one is None or other is None:
        return same_expression(gold, answer)
    return any(abs(one * factor - other) <= NEAR for factor in (1, 100, 0.01))


def _value(text: str) -> float | None:
    exact = number(undressed(text))
    return value(text) if exact is None else float(exact)


def _bare(part: str) -> str:
    """An answer without units, how LaTeX sets it, and Chinese words, unless it is one."""
    plain = UNITS.sub("", WRAPPED.sub(r"\1", part)).strip(" .;:")
    return METRES.sub("", CHINESE.sub("", plain) or plain).strip()


RULES: Mapping[str, Rule] = dict.fromkeys(
    ("integer", "float", "list", "yesno", "expression"), judge
)
