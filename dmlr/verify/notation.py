"""Notation: how mathematics is written, brought to the form that math-verify reads."""

import re

from dmlr.verify.extraction.units import ATTACHED

MAX_LENGTH = 2_000  # characters; no answer of a benchmark is a tenth of it
MAX_DEPTH = 30  # brackets in brackets; the library's parser takes seconds over a few hundred
# A number of over 100 digits, an exponent of over four, a tower of powers, a factorial of over four:
# the library would compute every digit of what they are.
ABSURD = re.compile(
    r"[0-9]{101}|\^ ?\{? ?[+-]?[0-9]{5}|\^ ?\{? ?[0-9]{1,100} ?\^|[0-9]{5}[ )}]{0,3}!"
)
BRACKETS = re.compile(r"[][(){}]")
COMMANDS = re.compile(r"\\[A-Za-z]+")

# What the library does not know by its sign.
SIGNS = str.maketrans(
    {
        "°": r"^{\circ}", "×": r"\times ", "·": r"\cdot ", "÷": r"\div ", "±": r"\pm ",
        "≤": r"\leq ", "≥": r"\geq ", "∞": r"\infty ", "²": "^{2}", "³": "^{3}",
    }
)  # fmt: skip
ROOT = re.compile(r"√ ?([0-9]+(?:\.[0-9]+)?|[A-Za-z]|\([^()]*\)|\{[^{}]*\})")
PI = re.compile(r"(?<![A-Za-z\\])pi(?![A-Za-z])")
FALLING = re.compile(r"(>|\\geq?(?:slant)?(?![A-Za-z]))")

_WORDS = (
    "(?:centi|milli|kilo|deci)?met(?:er|re)s?|(?:milli)?lit(?:er|re)s?|(?:kilo|milli)?grams?|inch(?:es)?"
    "|foot|feet|yards?|miles?|units?|degrees?|radians?|sec|seconds?|minutes?|hours?|days?|weeks?|months?"
    "|years?|dollars?|cents?|pounds?|ounces?"
)
_SHORT = "|".join(re.escape(one) for one in sorted(ATTACHED) if len(one) > 1)
_POWER = r"(?: ?\^ ?(?:[23]|\{ ?[23] ?\})|[²³])"
_PER = r"(?: ?/ ?| per )"
_UNIT = (
    rf"(?:(?i:square|cubic|sq\.?|cu\.?) ?)?(?:(?i:{_WORDS})|{_SHORT})\.?{_POWER}?"
    rf"(?:{_PER}(?:(?i:{_WORDS})|{_SHORT}|[hms]){_POWER}?)?"
)
# Behind a letter it is a part of a word; \picm is what is left of \pi\text{cm}.
UNIT = re.compile(rf"(?:(?<![A-Za-z\\])|(?<=\\pi))(?:\{{{_UNIT}\}}{_POWER}?|\({_UNIT}\)|{_UNIT})$")
METRES = re.compile(rf"(?<=[}}) ])m{_POWER}?(?: ?/ ?[hs]{_POWER}?)?$")
LONGEST_UNIT = 60  # characters

# What shows that a text has several values.
SEVERAL = re.compile(r"[,;]|\b(?:or|and)\b|\\lor(?![A-Za-z])|或")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^][]*\]")
_SUBSCRIPT = re.compile(r"_ ?(?:\{[^{}]*\}|\w)")
# What shows that a side of an equation is worked out and no name.
_WORKING = re.compile(
    r"(?<![A-Za-z])[0-9]|[+\-*/^<>|,;±×·÷√]|\\(?:sqrt|times|cdot|div|pm|leq?|geq?)(?![A-Za-z])"
)


def library_form(text: str) -> str | None:
    """A text as math-verify reads it, without its unit; None where it would compute without end."""
    if len(text) > MAX_LENGTH:
        return None
    plain = ROOT.sub(r"\\sqrt{\1}", " ".join(text.split()))
    plain = rising(PI.sub(r"\\pi ", unitless(plain)).translate(SIGNS))
    return None if ABSURD.search(plain) or _depth(plain) > MAX_DEPTH else plain


def unitless(text: str, unit: re.Pattern[str] = UNIT) -> str:
    """A text without the unit at its end and the unit's exponent, unless there is nothing else.

    A unit has two letters or more and is one of a list: any other letters are factors. ``METRES`` are
    for a text in which no variable is called m.
    """
    tail = max(0, len(text) - LONGEST_UNIT)
    found = unit.search(text, tail)
    return text[: found.start()].rstrip() or text if found else text


def rising(text: str) -> str:
    """A falling chain of three (1 > x > -2) as the rising one (-2 < x < 1)."""
    parts = FALLING.split(text)
    if len(parts) != 5:
        return text
    first, second = ("<" if sign == ">" else r"\leq " for sign in parts[3::-2])
    return "".join([parts[4], first, parts[2], second, parts[0]])


def right_side(equation: str) -> str | None:
    """What stands right of the equals sign, where the left is a name (AB, x_1) or has no variable.

    Returns:
        None for anything else: no value is stated by 2x + 3 = 15, which is a step, nor by two equations.
    """
    left, sign, _ = equation.partition("=")
    name = _SUBSCRIPT.sub("", left)
    variable = re.search("[A-Za-z]", COMMANDS.sub("", name))
    several = SEVERAL.search(_IN_BRACKETS.sub("", equation))
    if not sign or several or (variable and _WORKING.search(name)):
        return None
    return equation.rpartition("=")[2].strip()


def _depth(text: str) -> int:
    """How deep the brackets are nested, whether they are closed or not."""
    depth = deepest = 0
    for bracket in BRACKETS.finditer(text):
        depth += 1 if bracket[0] in "([{" else -1
        deepest = max(deepest, depth)
    return deepest
