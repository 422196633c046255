"""Gold answers as records: from what an official source says, or read out of a released solution."""

import re
from collections.abc import Sequence

from dmlr.records import Gold

INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
DECIMAL = re.compile(r"[+-]?[0-9]{0,18}\.[0-9]{1,18}")
LIST = re.compile(r"\[.*\]", re.DOTALL)
YESNO = re.compile(r"(yes|no)\.?", re.IGNORECASE)
LETTER = re.compile(r"\(?([A-Za-z])\)?")
# "B. text", "B: text", "(b) text", as the released files and MMStar write a choice
LETTERED = re.compile(r"(?:([A-Z])[.:]|\(([A-Za-z])\))\s*(.*)", re.DOTALL)
BOX = re.compile(r"\\boxed\{(.*)\}", re.DOTALL)
BLANKS = " \t\r\n"  # a form feed is none: one gold of MathVision has lost its backslash to it


def letter_of(index: int) -> str:
    """The letter of the option at an index that counts from 0."""
    return chr(ord("A") + index)


def option_of(letter: str, options: Sequence[str]) -> str | None:
    """The text of the option that a letter names, None where it names none."""
    index = ord(letter) - ord("A")
    return options[index] if 0 <= index < len(options) else None


def choice(letter: str, options: Sequence[str], *, text: str | None = None) -> Gold:
    """A choice; ``text`` is what the source says it is, by default the option's own text."""
    found = option_of(letter, options)
    return Gold(kind="choice", letter=letter, text=(found or "") if text is None else text)


def choice_of_text(text: str, options: Sequence[str]) -> Gold | None:
    """The choice of an option by its text, None where no option has it.

    Where several options have the text, their letters are right as well (MathVista 781).
    """
    letters = [letter_of(i) for i, option in enumerate(options) if option == text]
    if not letters:
        return None
    return Gold(kind="choice", letter=letters[0], text=text, aliases=tuple(letters[1:]))


def number(text: str, *, precision: int | None = None) -> Gold:
    """An integer or a decimal number; ``precision`` is how many decimals count.

    Raises:
        ValueError: the text is no number.
    """
    plain = text.strip(BLANKS)
    if INTEGER.fullmatch(plain) and precision is None:
        return Gold(kind="integer", text=plain, value=float(plain))
    return Gold(kind="float", text=plain, value=float(plain), precision=precision)


def yesno(yes: bool) -> Gold:
    """Yes or No."""
    return Gold(kind="yesno", text="Yes" if yes else "No")


def free(text: str) -> Gold:
    """An answer without options, of the kind that its text shows."""
    plain = text.strip(BLANKS)
    if INTEGER.fullmatch(plain):
        return number(plain)
    if DECIMAL.fullmatch(plain):
        return number(plain)
    if LIST.fullmatch(plain):
        return Gold(kind="list", text=plain)
    if YESNO.fullmatch(plain):
        return yesno(plain.lower().startswith("y"))
    return Gold(kind="expression", text=plain)


def released(solution: str, options: Sequence[str]) -> Gold | None:
    """The gold of a released solution, exactly what it says; None where it is empty.

    A choice keeps the text behind its letter, even where that is not the option's: the audit names it.
    A letter is never guessed from free text; only a text that is one option and no other is that option.
    """
    plain = without_box(solution.strip(BLANKS))
    if not plain:
        return None
    if not options:
        return free(plain)
    if found := LETTER.fullmatch(plain):
        return choice(found[1].upper(), options)
    if found := LETTERED.fullmatch(plain):
        return choice((found[1] or found[2]).upper(), options, text=found[3].strip())
    if list(options).count(plain) == 1:
        return choice(letter_of(list(options).index(plain)), options)
    return free(plain)


def without_box(text: str) -> str:
    r"""What stands in ``\boxed{}`` and in the dollars around it, however often they are nested."""
    while True:
        if found := BOX.fullmatch(text):
            text = found[1].strip(BLANKS)
        elif len(text) > 2 and text[0] == text[-1] == "$" and "$" not in text[1:-1]:
            text = text[1:-1].strip(BLANKS)
        else:
            return text
