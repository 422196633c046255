"""Options by their text: which of them an answer repeats."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from dmlr.verify.extraction.dress import LONGEST, plain
from dmlr.verify.extraction.folding import folded
from dmlr.verify.extraction.number import Number, parsed
from dmlr.verify.extraction.units import is_unit

_ARTICLE = re.compile(r"^(?:a|an|the) (?=.)")
_SETTING = re.compile(r"\s+|[\"'`]|[.,;:!]+$|\\(?:displaystyle|,|;)")
_FRACTION = re.compile(r"\\[dtc]frac")
_BRACED = re.compile(r"([\^_])\{(\w)\}")
_NAME = r"(?:m ?)?(?:\\angle|∠|\\triangle|△)? ?(?:[A-Za-z]\w?|[A-Z]{3}|\\[A-Za-z]{2,8}|[α-ω])"
_EQUATION = re.compile(rf"({_NAME}) ?[=≈] ?([^=≈]+)")
_ROOTS = (
    (re.compile(r"\\sqrt ?(?=[{\[])"), "√"),
    (re.compile(r"\\sqrt ?(\w)|√ ?(\d+|[a-z])|√ ?\(([^()]{1,40})\)"), r"√{\1\2\3}"),
    (re.compile(r"\\pi(?![a-z])"), "π"),
)
# A number that is no fraction (6π, 3√2) and the unit behind it.
# A letter by itself is a variable (9π r), but for the metre.
_IRRATIONAL = re.compile(
    r"([^a-z]*[π√}][^a-z]*?) ?((?:(?:m|[a-z]{2,20})(?: ?\^?\{?[23]\}?|[²³])?(?: |$)){0,3})"
)
_DEGREES = frozenset(("degree", "degrees", "deg"))


@dataclass(frozen=True)
class _Text:
    """A text as it is compared: exactly, without its dress, and by what it is worth.

    ``worth`` is its number, or the dress-free text of an irrational one, None where it is neither;
    ``unit`` what stands behind that, ``name`` the variable whose value it is, None where it has none.
    """

    exact: str
    key: str
    worth: Fraction | str | None
    unit: str | None
    name: str | None


def letters(options: tuple[str, ...]) -> list[str]:
    """The letters of the options in their order; at most 26 can have one."""
    return [chr(ord("A") + place) for place in range(min(len(options), 26))]


def options_with(text: str, options: tuple[str, ...], *, exact: bool = True) -> list[str]:
    """The letters of the options that have this text, or else this number.

    Case, blanks, dress, an article before it and a mark after it do not count, unless ``exact`` and they
    tell options apart. A number must have the option's unit and variable, or one of the two have none.
    """
    if len(text) > LONGEST:
        return []
    wanted = _text(text)
    offered = _offered(options).items()
    found = [letter for letter, option in offered if wanted.key and option.key == wanted.key]
    if not found or not exact:
        found += [letter for letter, option in offered if _equal(wanted, option)]
    same = [letter for letter, option in offered if option.exact == wanted.exact]
    return same if exact and len(found) > 1 and same else found


@lru_cache(maxsize=64)
def _offered(options: tuple[str, ...]) -> dict[str, _Text]:
    return {
        letter: _text(_own(letter, text))
        for letter, text in zip(letters(options), options, strict=False)
    }


def _own(letter: str, option: str) -> str:
    """The option's text without its letter, where it is written before it."""
    bare = folded(option)
    label = re.match(rf"\(?{letter}[).:] ?(?=.)", bare)
    return bare[label.end() :] if label else bare


def _text(text: str) -> _Text:
    bare = plain(text)
    equation = _EQUATION.fullmatch(bare)
    name, side = (_key(equation[1]), equation[2]) if equation else (None, bare)
    worth, unit = _worth(side, text if not equation else side)
    return _Text(folded(text).strip(" \"'."), _key(bare), worth, unit, name)


def _worth(side: str, text: str) -> tuple[Fraction | str | None, str | None]:
    """What one side of an equation is worth, and its unit; None where there is another sign of one."""
    if re.search("[=≈]", side):
        return None, None
    value = parsed(text)
    if isinstance(value, Number):
        return value.value, _unit(value.unit or "")
    found = _IRRATIONAL.fullmatch(_rooted(side))
    if not found or not is_unit(f" {found[2]}"):
        return None, None
    return _key(found[1]), _unit(found[2])


def _unit(unit: str) -> str | None:
    return "°" if unit.strip() in _DEGREES else _key(unit) or None


def _rooted(bare: str) -> str:
    """Small letters, and roots and π as one sign each."""
    bare = bare.casefold()
    for written, sign in _ROOTS:
        bare = written.sub(sign, bare)
    return bare


def _key(bare: str) -> str:
    bare = _ARTICLE.sub("", _rooted(bare))
    return _BRACED.sub(r"\1\2", _FRACTION.sub(r"\\frac", _SETTING.sub("", bare)))


def _equal(one: _Text, other: _Text) -> bool:
    if one.worth is None or one.worth != other.worth:
        return False
    if one.name and other.name and one.name != other.name:
        return False
    return one.unit is None or other.unit is None or one.unit == other.unit
