r"""Rule set boxed: the last ``\boxed{}`` of the reply, matched with the gold answer (the paper's)."""

import re
from dataclasses import dataclass

from dmlr.records import Gold, Verdict4

INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
OPENING = "\\boxed{"
BRACES = re.compile(r"\\boxed\{|[{}]")


@dataclass(frozen=True)
class Decision:
    """What was read, how it was judged, and by which rule."""

    verdict: Verdict4
    extracted: str | None
    rule: str
    reason: str | None = None


def last_boxed(text: str) -> str | None:
    """Content of the last box with balanced braces, None where there is none."""
    span = boxed_span(text)
    return None if span is None else text[span[0] + len(OPENING) : span[1] - 1].strip()


def boxed_span(text: str) -> tuple[int, int] | None:
    """Where the last balanced box begins and ends, found in one pass over the text."""
    waiting: list[int | None] = []  # where each open brace's box begins, None for a plain brace
    found: tuple[int, int] | None = None
    for brace in BRACES.finditer(text):
        if brace[0] != "}":
            waiting.append(brace.start() if brace[0] == OPENING else None)
        elif waiting:
            start = waiting.pop()
            if start is not None and (found is None or start > found[0]):
                found = start, brace.end()
    return found


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
    return Decision("correct" if letter == gold.letter else "wrong", letter, "boxed choice")


def _integer(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    del options
    digits = boxed.replace(",", "").strip("$ .")
    if not INTEGER.fullmatch(digits):
        return Decision("unparsed", boxed, "boxed integer", "must be an integer")
    return Decision(
        "correct" if int(digits) == int(gold.text) else "wrong", digits, "boxed integer"
    )


def _yesno(boxed: str, gold: Gold, options: tuple[str, ...]) -> Decision:
    del options
    word = boxed.strip(" .").capitalize()
    if word not in ("Yes", "No"):
        return Decision("unparsed", boxed, "boxed yes/no", "must be Yes or No")
    return Decision("correct" if word == gold.text else "wrong", word, "boxed yes/no")


RULES = {"choice": _choice, "integer": _integer, "yesno": _yesno}
