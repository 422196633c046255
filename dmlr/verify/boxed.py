r"""Rule set boxed: the last ``\boxed{}`` of the reply, matched with the gold answer (the paper's)."""

import re
from dataclasses import dataclass

from dmlr.boxes import last_boxed
from dmlr.records import Gold, Verdict4

INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
# What changes nothing of a value: dollars, blanks, and how LaTeX sets it.
DRESS = re.compile(r"\s+|\$|\\(?:left|right|displaystyle|,|;|!| )")
WRAPPED = re.compile(r"\\(?:text|mathrm)\{([^{}]*)\}")


@dataclass(frozen=True)
class Decision:
    """What was read, how it was judged, and by which rule."""

    verdict: Verdict4
    extracted: str | None
    rule: str
    reason: str | None = None


def judge(reply: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    """Judge one reply; a reply without a readable box is unparsed, never wrong."""
    boxed = last_boxed(reply)
    if not boxed:
        return Decision("unparsed", None, "boxed", "no \\boxed{} with an answer in the reply")
    return RULES[gold.kind](boxed, gold, options)


def _choice(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    """A letter alone, a letter before its option's text, or the text of one option."""
    letters = {chr(ord("A") + i): text for i, text in enumerate(options)}
    head, _, rest = boxed.partition(".")
    plain = boxed.strip("() .").upper()
    if plain in letters:
        letter = plain
    elif head.upper() in letters and rest.strip().lower() == letters[head.upper()].lower():
        letter = head.upper()
    else:
        named = [key for key, text in letters.items() if text.lower() == boxed.lower()]
        if len(named) != 1:
            reason = f"must be one of {', '.join(letters)} or an option's text"
            return Decision("unparsed", boxed, "boxed choice", reason)
        letter = named[0]
    right = letter == gold.letter or letter in gold.aliases
    return Decision("correct" if right else "wrong", letter, "boxed choice")


def _integer(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    del options
    digits = boxed.replace(",", "").strip("$ .")
    if not INTEGER.fullmatch(digits):
        return Decision("unparsed", boxed, "boxed integer", "must be an integer")
    return Decision(
        "correct" if int(digits) == int(gold.text) else "wrong", digits, "boxed integer"
    )


def _float(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    """Equal to as many decimals as count, rounded as Python rounds (MathVista's evaluation)."""
    del options
    digits = boxed.replace(",", "").strip("$ ")
    if not NUMBER.fullmatch(digits):
        return Decision("unparsed", boxed, "boxed float", "must be a number")
    found, right = float(digits), float(gold.text)
    if gold.precision is not None:
        found, right = round(found, gold.precision), round(right, gold.precision)
    return Decision("correct" if found == right else "wrong", digits, "boxed float")


def _list(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    """The same items in the same order, brackets or not."""
    del options
    same = _items(boxed) == _items(gold.text)
    return Decision("correct" if same else "wrong", boxed, "boxed list")


def _items(text: str) -> list[str | float]:
    parts = [_undressed(part) for part in text.strip("$ ").strip("[](){}").split(",")]
    return [float(part) if NUMBER.fullmatch(part) else part for part in parts]


def _expression(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    """The same text but for blanks, dollars and how it is set; nothing is computed."""
    del options
    same = _undressed(boxed) == _undressed(gold.text)
    return Decision("correct" if same else "wrong", boxed, "boxed text")


def _undressed(text: str) -> str:
    return DRESS.sub("", WRAPPED.sub(r"\1", text)).strip(".").lower()


def _yesno(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    del options
    word = boxed.strip(" .").capitalize()
    if word not in ("Yes", "No"):
        return Decision("unparsed", boxed, "boxed yes/no", "must be Yes or No")
    return Decision("correct" if word == gold.text else "wrong", word, "boxed yes/no")


RULES = {
    "choice": _choice,
    "integer": _integer,
    "float": _float,
    "list": _list,
    "yesno": _yesno,
    "expression": _expression,
}
