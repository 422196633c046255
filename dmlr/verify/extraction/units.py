"""Units: what may stand after a number without changing it."""

import re

_ATTACHED = (
    "mm cm dm m km in ft yd mi g mg kg lb oz s ms min h hr d L l mL ml Hz kHz MHz GHz N kN Pa kPa J kJ"
    " W kW V kV A mA C F mol rad deg Ω kΩ eV kWh mph GB MB px pm am USD EUR RMB CNY"
)
_LETTERS = "m g s h d l L N J W V A C F K T Ω"
_OTHER = (
    "ten tens hundred hundreds thousand thousands million millions billion billions trillion dozen"
    " dozens half halves quarter quarters third thirds fourth fourths fifth fifths tenth tenths squared"
    " cubed factorial pi π root sqrt sin cos tan log ln exp mod times plus minus divided over than or"
    " bn mn tn mil lakh lakhs crore crores pair pairs couple couples below above under negative"
    " and to not but is are was were be if when then more less fewer equals which st nd rd th"
)
# Written right after the digits; any other letters there are factors (5x, 3ab).
ATTACHED = frozenset(_ATTACHED.split())
# One letter after a blank: these are units, all others variables.
LETTERS = frozenset(_LETTERS.split())
# Words that make of the number another one, or of the answer a sentence.
OTHER = frozenset(_OTHER.split())
_EXPONENT = re.compile(r"(?<=[A-Za-z])\^?(?:\{-?[123]\}|-?[123]|[²³])")
_WORDS = re.compile(r"[^\W\d_]+(?:[ /·*-]+[^\W\d_]+){0,3}")
_CHINESE = re.compile("[\u4e00-\u9fff]{1,6}")
_MANIFOLD = re.compile("[十百千万亿对双打半]")


def is_unit(tail: str) -> bool:
    """True for what stands after a number (its blank included) if the number alone is the value.

    A percent sign and a degree sign are units too; million and half are not, nor is a variable.
    """
    bare = tail.strip()
    if bare in ("", "%", "°", "°C", "°F", "° C", "° F", "℃", "℉", "€", "£", "¥"):
        return True
    if _CHINESE.fullmatch(bare):
        return _MANIFOLD.search(bare) is None
    bare = _EXPONENT.sub("", bare)
    if not _WORDS.fullmatch(bare):
        return False
    words = re.split(r"[ /·*-]+", bare)
    if OTHER & {word.lower() for word in words}:
        return False
    if not tail.startswith(" ") and words[0] not in ATTACHED:
        return False
    return all(word in ATTACHED or word in LETTERS or _is_word(word) for word in words)


def _is_word(word: str) -> bool:
    """True for what is neither a variable nor a name of points (AB)."""
    return len(word) > 1 and not word.isupper()
