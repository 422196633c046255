r"""Rule set boxed: the last ``\boxed{}`` of the reply, matched with the gold answer (the paper's)."""

import re

from dmlr.boxes import last_boxed
from dmlr.records import Gold
from dmlr.verify.decision import Decision, Posed

NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
# What changes nothing of a value: dollars, blanks, and how LaTeX sets it.
DRESS = re.compile(r"\s+|\$|\\(?:left|right|displaystyle|,|;|!| )")
FRACTION = re.compile(r"[dt]frac")
LETTERED = re.compile(r"\(?([a-z])\)?[.:)](.*)", re.DOTALL)
WRAPPED = re.compile(r"\\(?:text|mathrm)\{([^{}]*)\}")


def judge(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Judge one reply; a reply without a readable box is unparsed, never wrong."""
    boxed = last_boxed(reply)
    if not boxed:
        return Decision("unparsed", None, "boxed", "no \\boxed{} with an answer in the reply")
    return RULES[gold.kind](boxed, gold, posed.options)


def _choice(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    """A letter alone, a letter before its option's text, or the text of one option."""
    letters = {chr(ord("A") + i): _undressed(text) for i, text in enumerate(options)}
    plain = _undressed(boxed)
    lettered = LETTERED.fullmatch(plain)
    if plain.strip("()").upper() in letters:
        letter = plain.strip("()").upper()
    elif lettered and letters.get(lettered[1].upper()) == lettered[2]:
        letter = lettered[1].upper()
    else:
        named = [key for key, text in letters.items() if text == plain]
        if len(named) != 1:
            reason = f"must be one of {', '.join(letters)} or an option's text"
            return Decision("unparsed", boxed, "boxed choice", reason)
        letter = named[0]
    right = letter == gold.letter or letter in gold.aliases
    return _decided(right, letter, "boxed choice", letter)


def _integer(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    del options
    digits = _undressed(boxed).replace(",", "")
    if not NUMBER.fullmatch(digits) or not float(digits).is_integer():
        return Decision("unparsed", boxed, "boxed integer", "must be an integer")
    found = int(digits.partition(".")[0])
    return _decided(found == int(gold.text), digits, "boxed integer", found)


def _float(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    """Equal, to as many decimals as the source says count, rounded as Python rounds (MathVista)."""
    del options
    digits = _undressed(boxed).replace(",", "")
    if not NUMBER.fullmatch(digits):
        return Decision("unparsed", boxed, "boxed float", "must be a number")
    found, right = float(digits), float(gold.text)
    if gold.precision is not None:
        found, right = round(found, gold.precision), round(right, gold.precision)
    return _decided(found == right, digits, "boxed float", found)


def _list(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    """The same items in the same order, brackets or not."""
    del options
    found = _items(boxed)
    return _decided(found == _items(gold.text), boxed, "boxed list", found)


def _items(text: str) -> list[str | float]:
    parts = [_undressed(part) for part in text.strip("$ ").strip("[](){}").split(",")]
    return [float(part) if NUMBER.fullmatch(part) else part for part in parts]


def _expression(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    """The same text but for blanks, dollars and how it is set; nothing is computed."""
    del options
    found = _undressed(boxed)
    return _decided(found == _undressed(gold.text), boxed, "boxed text", found)


def _undressed(text: str) -> str:
    """A text without what changes nothing of it: blanks, dollars, how LaTeX sets it, a last point."""
    return FRACTION.sub("frac", DRESS.sub("", WRAPPED.sub(r"\1", text))).rstrip(".").lower()


def _yesno(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    del options
    word = _undressed(boxed).capitalize()
    if word not in ("Yes", "No"):
        return Decision("unparsed", boxed, "boxed yes/no", "must be Yes or No")
    return _decided(word == gold.text, word, "boxed yes/no", word)


def _decided(right: bool, extracted: str, rule: str, compared: object) -> Decision:
    return Decision("correct" if right else "wrong", extracted, rule, compared=str(compared))


RULES = {
    "choice": _choice,
    "integer": _integer,
    "float": _float,
    "list": _list,
    "yesno": _yesno,
    "expression": _expression,
}
