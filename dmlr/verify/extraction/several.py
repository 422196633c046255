"""Lists: several values in their order."""

import re

from dmlr.verify.extraction.dress import latex, unmarked
from dmlr.verify.extraction.expression import expression
from dmlr.verify.extraction.number import number
from dmlr.verify.extraction.unread import Read, Unread

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+")
_GROUPING = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_AND = re.compile(r"(?:, ?)?(?:\band |& |[和与])")
_OR = re.compile(r"(?:, ?)?(?:\bor |或)")
_SOLUTION = re.compile(r" ?([A-Za-z](?:_\{?\w\}?)?) ?= ?[^=]{1,60}")
_NAME = re.compile(r"^[A-Za-z](?:_\{?\w\}?)? ?= ?(?=[\[({])")
_SPACED = re.compile(r"[+-]?[\d.]{1,40}(?: [+-]?[\d.]{1,40}){1,200}")
_MARKS = ((r"\{", "{"), (r"\}", "}"), (r"\lbrace", "{"), (r"\rbrace", "}"), ("{,}", ","))
LONGEST = 1000  # characters


def several(text: str, *, stated: bool, boxed: bool) -> Read:
    """The items of a list as "[1, 2, 3]", with brackets or without; numbers in their one form."""
    if len(text) > LONGEST:
        return Unread("is too long for a list")
    bare = latex(unmarked(text)).strip(" \"'")
    for mark, sign in _MARKS:
        bare = bare.replace(mark, sign)
    bare = _NAME.sub("", bare)
    inner = _inner(bare)
    if isinstance(inner, Unread):
        return inner
    if inner == bare and _THOUSANDS.fullmatch(bare):
        return Unread("has commas that separate items or thousands", several=True)
    parts = _parts(inner)
    if isinstance(parts, Unread):
        return parts
    return _items(parts, stated=stated, boxed=boxed or inner != bare)


def _parts(inner: str) -> list[str] | Unread:
    """The items' texts: what commas outside of brackets, "and", or the "or" of solutions part."""
    if _OR.search(inner):
        variables = [_SOLUTION.fullmatch(part) for part in _OR.split(inner)]
        if len({found and found[1] for found in variables}) > 1 or not variables[0]:
            return Unread("names alternatives", several=True)
    joined = _AND.sub(", ", _OR.sub(", ", inner))
    parts, depth, start = [], 0, 0
    if ", " in joined and not any(bracket in joined for bracket in _BRACKETS):
        joined = _GROUPING.sub("", joined)
    for place, sign in enumerate(joined):
        depth += (sign in _BRACKETS) - (sign in _BRACKETS.values())
        if sign in ",;、" and depth == 0:
            parts.append(joined[start:place].strip())
            start = place + 1
    return [*parts, joined[start:].strip()]


def _items(parts: list[str], *, stated: bool, boxed: bool) -> Read:
    found = []
    for part in parts:
        item = _item(part.strip("\"' "), stated=stated, boxed=boxed)
        if isinstance(item, Unread):
            return Unread(f"has an item that {item.reason}", several=item.several)
        found.append(item)
    return f"[{', '.join(found)}]"


def _item(part: str, *, stated: bool, boxed: bool) -> Read:
    value = number(part, mathematics=boxed)
    if isinstance(value, str) or value.several:
        return value
    if _SPACED.fullmatch(part):
        return Unread("has blanks between numbers")
    return expression(part, stated=stated, boxed=boxed)


def _inner(bare: str) -> Read:
    """What is inside the list's own brackets; the text itself where it has none."""
    closing = _BRACKETS.get(bare[:1])
    if closing is None:
        return bare
    depth = 0
    for place, sign in enumerate(bare):
        depth += (sign in _BRACKETS) - (sign in _BRACKETS.values())
        if depth == 0:
            if place + 1 < len(bare):
                return bare
            return bare[1:-1].strip() if sign == closing else Unread("is an interval and no list")
    return Unread("is a list that is not closed")
