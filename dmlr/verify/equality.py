"""Whether an answer that was read is the gold one, by the gold's kind."""

import re
from collections.abc import Callable, Iterable
from fractions import Fraction

from dmlr.records import Gold
from dmlr.verify.extraction.dress import latex
from dmlr.verify.extraction.folding import folded
from dmlr.verify.mathematics import equivalent
from dmlr.verify.notation import COMMANDS, METRES, right_side, unitless

# At most 300 digits: a double still holds them.
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]{0,300}|/[0-9]{1,300})?|\.[0-9]{1,300})")
FRACTION = re.compile(r"\\[dt]frac(?![A-Za-z])")
BRACES = re.compile(r"\\(?=[{}])")
NAME = re.compile(r"^[A-Za-z][A-Za-z ]{0,60}(?:_\{?[A-Za-z0-9]\}?)? ?= ?(?=[\[({])")
MARKS = re.compile(r"[][(){},]")
WORDS = re.compile(r"[A-Za-z]{4,}")  # fewer letters may be a product, whose order is free
FUNCTIONS = frozenset(("sqrt", "arcsin", "arccos", "arctan", "frac", "alpha", "beta", "theta"))
LETTERS = re.compile(r"\\[A-Za-z]+|[A-Za-z]")
THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
# What names an answer before it says it.
OPTION = re.compile(r"^(?i:the )?(?i:option|choice|answer):? ?[(\[]?([A-Z])[)\]]?$")
LEAD = re.compile(r"^(?!.{0,60}\bnot )[A-Za-z][A-Za-z ]{0,60} (?:is|are|equals)(?: equal to)? ")
OR = re.compile(r",? ?(?:\b(?:or|and)\b|\\lor(?![A-Za-z])|或) ?")
SOLUTION = re.compile(r" ?([A-Za-z])(?:_(?:[0-9]|\{[0-9]\}))? ?= ?([^=]{1,100})")


def equal(gold: Gold, value: str) -> bool | None:
    """True where ``value`` is the gold answer or one of its aliases.

    ``value`` is in the form of ``Reading.value``. A choice is compared by its letter, an integer
    exactly, a float rounded by Python's ``round`` to as many decimals as the gold says (MathVista's
    rule) or else exactly (0.50 is 0.5, one third is 1/3), a list item by item in order, an expression
    as text, as a number, and at last as mathematics.

    Returns:
        None where the two cannot be compared.
    """
    first = gold.letter if gold.kind == "choice" else gold.text
    return either(SAME[gold.kind](gold, right, value) for right in (first or "", *gold.aliases))


def either(found: Iterable[bool | None]) -> bool | None:
    """True where one is, else None where one is not known, else False."""
    unknown = False
    for verdict in found:
        if verdict:
            return True
        unknown = unknown or verdict is None
    return None if unknown else False


def number(text: str) -> Fraction | None:
    """The number that a plain decimal or a fraction of two integers is, None for anything else."""
    if not NUMBER.fullmatch(text):
        return None
    try:
        return Fraction(text)
    except ZeroDivisionError:
        return None


def bare(text: str) -> str:
    """A text in plain characters, without dollars, fonts and a last point; it is still LaTeX."""
    return latex(folded(text))


def written(text: str) -> str:
    """The same without blanks: what is left is the text's own."""
    return "".join(FRACTION.sub(r"\\frac", bare(text)).split())


def undressed(text: str) -> str:
    """The same in small letters."""
    return written(text).lower()


def items(text: str) -> list[str]:
    """The items of a list, in brackets or not; a name before it (years = ...) and a unit are none."""
    plain = BRACES.sub("", bare(text))
    found = split(plain[1:-1] if _enclosed(plain) else plain)
    alone = unitless(NAME.sub("", found[0])) if len(found) == 1 else ""
    return split(alone[1:-1]) if alone != found[0] and _enclosed(alone) else found


def split(text: str) -> list[str]:
    """The parts of a text between its commas; what stands in brackets is left whole."""
    depth, start, parts = 0, 0, []
    for mark in MARKS.finditer(text):
        if mark[0] == "," and depth == 0:
            parts.append(text[start : mark.start()])
            start = mark.end()
        depth += _step(mark[0])
    return [part.strip() for part in (*parts, text[start:])]


def _step(mark: str) -> int:
    return (mark in "([{") - (mark in ")]}")


def _enclosed(text: str) -> bool:
    """True where the last character closes the bracket that the first one opens."""
    if text[:1] not in ("(", "[", "{"):
        return False
    depth = 0
    for mark in MARKS.finditer(text):
        depth += _step(mark[0])
        if depth < 1:
            return mark.start() > 0 and mark.end() == len(text)
    return False


def same_expression(right: str, value: str) -> bool | None:
    """Equal as text, as numbers, or as mathematics; words are equal as text or not at all.

    Units, thousands' commas and words before a value ("the area is") do not count.

    Returns:
        None where the two cannot be compared, and where only a guess makes them equal (A + B and a + b,
        a pair and a set) or different (prose beside mathematics).
    """
    first, second = cleared(right, value)
    one, other = undressed(first), undressed(second)
    if one == other:
        return True if one.isalpha() or _prose(first) else _unless_cases(first, second)
    if (a := number(one)) is not None and (b := number(other)) is not None:
        return a == b
    if WORDS.fullmatch(one) or WORDS.fullmatch(other):
        return False
    return _same_mathematics(first, second)


def _same_mathematics(right: str, value: str) -> bool | None:
    pair = solutions(right), solutions(value)
    if pair[0] and pair[1] and pair[0][0] == pair[1][0]:  # x = 2 or x = -1, x_1 = 2 and x_2 = -1
        found = equivalent(pair[0][1], pair[1][1])
    else:
        found = equivalent(right, value)
    if found is False:
        return None if _prose(right) or _prose(value) else False
    if "=" in value and "=" not in right:  # a step: its right side is no value of its own
        return None
    if {right[:1] in "([", value[:1] in "(["} == {True, False} and "\\{" in (right[:2], value[:2]):
        return None
    return found and _unless_cases(right, value)


def cleared(right: str, value: str) -> tuple[str, str]:
    """Both without units, and without what one writes that the other does not need.

    That is words or a name before a value, commas between thousands, an m for metres.
    """
    first, second = (
        LEAD.sub("", OPTION.sub(r"\1", unitless(bare(text)))) for text in (right, value)
    )
    first, second = _cleared_beside(first, second), _cleared_beside(second, first)
    if ("=" in first) != ("=" in second):
        first, second = right_side(first) or first, right_side(second) or second
    return first, second


def _cleared_beside(text: str, other: str) -> str:
    """A text without the commas, or the m for metres, that the other has nowhere."""
    text = text.replace("{,}", ",")
    if "," not in other.replace("{,}", ""):
        text = THOUSANDS.sub("", text)
    return text if "m" in COMMANDS.sub("", other) else unitless(text, METRES)


def _prose(text: str) -> bool:
    """True for a text with a word of four letters or more; ABCD and sqrt are none."""
    words = WORDS.findall(COMMANDS.sub(" ", text))
    return any(not word.isupper() and word not in FUNCTIONS for word in words)


def _unless_cases(one: str, other: str) -> bool | None:
    """True; None where a letter of one is the other's in another case, which may be another variable."""
    first, second = set(LETTERS.findall(one)), set(LETTERS.findall(other))
    lower = {letter.lower() for letter in second}
    return None if any(letter.lower() in lower for letter in first - second) else True


def solutions(text: str) -> tuple[str, str] | None:
    """The variable of "x = 2 or x = -1" and its values as a set, None where a text is nothing such."""
    parts = [SOLUTION.fullmatch(part) for part in split(OR.sub(",", text))]
    found = [part for part in parts if part]
    if len(parts) < 2 or len(found) < len(parts) or len({part[1] for part in found}) > 1:
        return None
    return found[0][1], "\\{" + ",".join(part[2] for part in found) + "\\}"


def _same_text(gold: Gold, right: str, value: str) -> bool:
    del gold
    return right == value


def _same_integer(gold: Gold, right: str, value: str) -> bool | None:
    del gold
    one, other = number(right), number(value)
    return None if one is None or other is None else one == other


def _same_float(gold: Gold, right: str, value: str) -> bool | None:
    one, other = number(right), number(value)
    if one is None or other is None:
        return None
    if gold.precision is None:
        return one == other
    return round(float(one), gold.precision) == round(float(other), gold.precision)


def _same_list(gold: Gold, right: str, value: str) -> bool | None:
    del gold
    one, other = items(right), items(value)
    if len(one) != len(other):
        return False
    for pair in zip(one, other, strict=True):
        if (found := same_expression(*pair)) is not True:
            return found  # the first is enough: each may take the limit of time
    return True


def _same_expression(gold: Gold, right: str, value: str) -> bool | None:
    del gold
    return same_expression(right, value)


SAME: dict[str, Callable[[Gold, str, str], bool | None]] = {
    "choice": _same_text,
    "yesno": _same_text,
    "integer": _same_integer,
    "float": _same_float,
    "list": _same_list,
    "expression": _same_expression,
}
