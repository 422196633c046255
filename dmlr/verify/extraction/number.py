"""Numbers: what a text writes as one, whatever its dress."""

import re
from dataclasses import dataclass
from fractions import Fraction

from dmlr.verify.extraction.dress import LONGEST, plain
from dmlr.verify.extraction.units import is_unit
from dmlr.verify.extraction.unread import Read, Unread

DIGITS = 100  # of a value; no benchmark asks for more
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
)
_NUMERALS = "零一二三四五六七八九十"
NAMED = {word: place for place, word in enumerate(_WORDS.split())}
NAMED |= {sign: place for place, sign in enumerate(_NUMERALS)} | {"两": 2}

_DECIMAL = r"(?:\d{1,100}(?:\.\d{1,100}|\.$)?|\.\d{1,100})"
_GROUPED = r"[1-9]\d{0,2}(?:(?:,\d{3}){1,30}|(?: \d{3}){1,30})(?:\.\d{1,100})?"
_POWER = (
    r"(?:[eE](?P<e>[+-]?\d{1,4})"
    r"| ?[×x*·] ?10 ?\^ ?(?:\{ ?(?P<braced>[+-]?\d{1,4}) ?\}|(?P<bare>[+-]?\d{1,4})))"
)
_NUMBER = re.compile(
    r"(?:USD?|RMB|CNY|EUR)? ?(?P<currency>[€£¥])? ?(?P<sign>[+-]?) ?[€£¥]? ?"
    r"(?:(?P<whole>\d{1,18}) {1,2}(?P<part>\d{1,18}) ?/ ?(?P<parts>\d{1,18})"
    rf"|(?P<over>{_DECIMAL}) ?/ ?(?P<under>{_DECIMAL})"
    rf"|(?P<digits>{_GROUPED}|{_DECIMAL}){_POWER}?)(?![\d.,:])"
)
_FRACTION = re.compile(
    r" ?\\[dtc]?frac ?(?:\{ ?([+-]?[\d.]{1,40}) ?\}|(\d)) ?(?:\{ ?([\d.]{1,40}) ?\}|(\d)) ?"
)
_CALLED = re.compile(r"(?i)^(?:the )?(?:year|number|day|level|room|floor|grade) (?=\d)")
_RAISED = re.compile("10([⁻⁺]?[⁰¹²³⁴-⁹]{1,4})")
_LOWERED = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789")
_ABOUT = re.compile(
    r"^(?:≈|~|(?i:about|approximately|approx\.?|roughly|nearly|around) |[约大]约?) ?"
)
_ASIDE = re.compile(r"(?<=[^ (]) ?\((?!or |and |not )[^()\d]{1,100}\)$")
_SIDES = re.compile(r"[,;、<>≠!或和与且]|\\\\|\b(?:and|or|if)\b|= ?[+-]?\d[^=]*[A-Za-z]")
_ARROW = re.compile(r"⇒|→|=>|\\[rR]ightarrow|\\implies")
_COMMANDS = re.compile(r"\\(?:sqrt|pi|div|left|right)(?![A-Za-z])")
_MATHEMATICS = re.compile(r"\$|\\[(\[]")
_VARIABLE = re.compile(r"[A-Za-z](?:\^.{0,6}|[²³])?")
_ALTERNATIVES = re.compile(
    r"(?:(?:between|either|both|from) )?[+-]?[\d.]{1,40}[^\d]{0,20}?"
    r"(?:\b(?:or|and|to)\b|[-±,;或和到至])[^\d]{0,20}\d"
)


@dataclass(frozen=True)
class Number:
    """A number and the unit behind it, None where there is none."""

    value: Fraction
    unit: str | None


def number(text: str, *, mathematics: bool = False) -> Read:
    """The number that a text is, as ``decimal`` writes it; a unit or a percent sign is left out.

    One letter right behind it is a variable where ``mathematics`` says so, or dollars around it.
    """
    found = parsed(text, mathematics=mathematics)
    return decimal(found.value) if isinstance(found, Number) else found


def parsed(text: str, *, mathematics: bool = False) -> Number | Unread:
    """The number that a text is, with its unit."""
    if len(text) > LONGEST:
        return Unread("is too long for a number")
    bare = _bare(text)
    if bare.lower() in NAMED:
        return Number(Fraction(NAMED[bare.lower()]), None)
    found = _NUMBER.match(bare)
    if not found or not is_unit(bare[found.end() :]):
        return _fault(bare)
    if _VARIABLE.fullmatch(bare[found.end() :]) and (mathematics or _MATHEMATICS.search(text)):
        return Unread("has a variable behind the number")
    value = _value(found)
    if isinstance(value, Unread):
        return value
    return Number(value, bare[found.end() :].strip() or found["currency"])


def decimal(value: Fraction) -> str:
    """A value as a plain decimal where that is exact, as a fraction in lowest terms elsewhere."""
    rest, fives, twos = value.denominator, 0, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(fives, twos)
    digits = f"{abs(value.numerator) * 10**places // value.denominator:0{places + 1}d}"
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def _bare(text: str) -> str:
    """What is left when dress, the other side of an equation, a remark and "about" are taken off."""
    bare = _FRACTION.sub(_slashed, _last_equation(plain(text))).strip()
    bare = _RAISED.sub(lambda ten: "10^" + ten[1].translate(_LOWERED), bare)
    bare = _CALLED.sub("", _ASIDE.sub("", _value_side(bare)))
    return _ABOUT.sub("", bare, count=1).strip()


def _last_equation(bare: str) -> str:
    """What the last arrow between equations leads to (2x = 10 ⇒ x = 5)."""
    parts = _ARROW.split(bare)
    return parts[-1] if all("=" in part for part in parts[-2:]) else bare


def _slashed(found: re.Match[str]) -> str:
    return f" {found[1] or found[2]}/{found[3] or found[4]} "


def _value_side(bare: str) -> str:
    """What stands after the last equals sign, where what stands before is one side and no list.

    A name behind a number (x = 3 / x = -2) begins another equation.
    """
    place = max(bare.rfind("="), bare.rfind("≈"))
    head = bare[: max(place, 0)]
    return bare if not head or _SIDES.search(_COMMANDS.sub("", head)) else bare[place + 1 :].strip()


def _value(found: re.Match[str]) -> Fraction | Unread:
    sign = -1 if found["sign"] == "-" else 1
    if found["whole"]:
        part, parts = int(found["part"]), int(found["parts"])
        if not 0 < part < parts:
            return Unread("is neither a mixed number nor a fraction")
        return sign * (int(found["whole"]) + Fraction(part, parts))
    if found["over"]:
        under = Fraction(found["under"])
        return sign * Fraction(found["over"]) / under if under else Unread("divides by zero")
    exponent = int(found["e"] or found["braced"] or found["bare"] or 0)
    if abs(exponent) > DIGITS:
        return Unread(f"has more than {DIGITS} digits")
    return sign * Fraction(re.sub("[, ]", "", found["digits"])) * Fraction(10) ** exponent


def _fault(bare: str) -> Unread:
    if re.search(r"\d,\d", bare) and not re.search(r", | or | and ", bare):
        return Unread("has a comma that does not group thousands")
    if _ALTERNATIVES.match(bare):
        return Unread("names several numbers", several=True)
    return Unread("is no plain number")
