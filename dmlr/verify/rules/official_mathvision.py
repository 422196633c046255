"""MathVision's official rule: the letter or the option's value, as text or rounded to two decimals.

Its own patterns find an answer in most replies by taking what is left of them; our extraction stands in
their place. Two answers are one if they are the same text in small letters, or if both can be computed
and are the same rounded to two decimals, coordinate by coordinate; what cannot be computed is wrong.

Ours: units, words and a name before a value, and the brackets around a letter do not count; the right
side of an equation is a value only where the left is a name or a calculation (the script always takes
it, 15 of 2x + 3 = 15 too); 75% is 3/4 as well as 75.
"""

import re
from collections.abc import Mapping
from itertools import zip_longest

from dmlr.records import Gold
from dmlr.verify.decision import Decision, Posed, Rule
from dmlr.verify.equality import cleared, number, same_expression, split, undressed
from dmlr.verify.extraction.extract import extract
from dmlr.verify.mathematics import value
from dmlr.verify.notation import right_side
from dmlr.verify.rules.extracted import chosen, decided, of_hundred, unread

RULE = "official mathvision"
STATED = ("boxed", "answer tag", "answer phrase")  # elsewhere an equation may be a step
LETTER = re.compile(r"^[(\[]([A-Za-z])[)\]]$")


def _choice(reply: str, gold: Gold, posed: Posed) -> Decision:
    """The gold's letter, an option of the gold's value, or that value itself."""
    reading = extract(reply, "choice", posed.options)
    if reading.value is not None:
        letters, text = (gold.letter, *gold.aliases), chosen(reading.value, posed)
        right = reading.value in letters or same(gold.text, text)
        return decided(right, gold, reading, f"{RULE} letter", reading.value)
    return _of_value(reply, gold) or unread(reply, f"{RULE} letter", reading.reason)


def _of_value(reply: str, gold: Gold) -> Decision | None:
    """A number that is none of the options' texts, None where the reply states none."""
    reading = extract(reply, "expression")
    if reading.value is None or ("=" in reading.value and reading.place not in STATED):
        return None
    if _two_decimals(_bare(cleared(gold.text, reading.value)[1])) is None:
        return None
    right = same(gold.text, reading.value)
    return decided(right, gold, reading, f"{RULE} option value", reading.value)


def _free(reply: str, gold: Gold, posed: Posed) -> Decision:
    rule, reading = f"{RULE} {gold.kind}", extract(reply, gold.kind, posed.options)
    if reading.value is None:
        return unread(reply, rule, reading.reason)
    right = any(same(text, reading.value) for text in (gold.text, *gold.aliases))
    right = right or of_hundred(gold, reading, posed)
    return decided(right, gold, reading, rule, reading.value)


def same(right: str, answer: str) -> bool:
    """Equal as text in small letters, or as numbers or points; nothing equals nothing."""
    one, other = undressed(right), undressed(answer)
    right, answer = cleared(right, answer)
    if not one or not other:
        return False
    pairs = zip_longest(_coordinates(right), _coordinates(answer), fillvalue="")
    if one == other or all(_near(*pair) for pair in pairs):
        return True
    return other.endswith("%") and same_expression(right, answer) is True


def _coordinates(text: str) -> list[str]:
    """The coordinates of a point with its brackets around them, anything else as it is."""
    plain = _bare(text)
    parts = split(plain[1:-1])
    if plain[:1] in ("(", "[") and plain[-1:] in (")", "]") and len(parts) > 1:
        return [plain[0], *parts, plain[-1]]
    return [plain]


def _bare(text: str) -> str:
    """The right side of an equation, without percent signs, or an option's letter without brackets."""
    plain = (right_side(text) or text).replace("\\%", "").replace("%", "")
    return LETTER.sub(r"\1", plain.strip())


def _near(right: str, answer: str) -> bool:
    if undressed(right) == undressed(answer):
        return True
    exact = _two_decimals(right)
    return exact is not None and exact == _two_decimals(answer)


def _two_decimals(text: str) -> float | None:
    exact = number(undressed(text))
    found = value(text) if exact is None else float(exact)
    return None if found is None else round(found, 2)


RULES: Mapping[str, Rule] = {
    "choice": _choice,
    **dict.fromkeys(("integer", "float", "list", "yesno", "expression"), _free),
}
