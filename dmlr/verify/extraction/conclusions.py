"""Conclusions: last lines that name the answer behind other words."""

import re

from dmlr.verify.extraction.choice import choice
from dmlr.verify.extraction.dress import plain
from dmlr.verify.extraction.number import number
from dmlr.verify.extraction.option_texts import letters
from dmlr.verify.extraction.unread import Read, Unread
from dmlr.verify.extraction.wanted import Wanted
from dmlr.verify.extraction.yesno import WORDS

LONGEST = 300  # characters of a line
_UNSURE = re.compile(
    r"(?i)\b(?:not|no|never|cannot|if|unless|whether|or|except|unlike|wrong|incorrect|false|might|may"
    r"|could|would|should|maybe|perhaps|than|least|most|initially|originally|first|before|each|every|per"
    r"|only if|another|check|step|note|hint|example|question|options?: )\b|n't\b|[?不错]"
)
_LETTER = r"(?:(?:the )?(?i:option|choice|answer) [(\[]?([A-Z])[)\]]?|[(\[]([A-Z])[)\]])"
_AT_END = re.compile(
    r"(?:\b(?:corresponds? to|corresponding to|match(?:es|ing)?|which is|leads? to|agrees? with) "
    rf"|, ?(?:so|hence|thus|therefore),? (?:it is |the answer is )?){_LETTER}[.!]?$"
    r"|\((?:[Oo]ption|[Cc]hoice|[Aa]nswer) ([A-Z])\)[.!]?$"
    r"|(?<=[\d°)\].}$%]) ?(?:→|⇒|=>|\\(?:long)?[rR]ightarrow) ?[(\[]?([A-Z])[)\]]?[.!]?$"
)
_NAMED = re.compile(r"(?<![A-Za-z])(?:[Oo]ption|[Cc]hoice|[Aa]nswer) [(\[]?([A-Z])\b|\(([A-Z])\)")
_ARROW = re.compile(r"→|⇒|=>|ightarrow")
_REWORDED = re.compile(
    r"(?:[(\[]([A-Z])[)\]]|([A-Z])[).]) ?(?!.?\. )\S[^\n]*|([A-Z]) \([^()\n]*\)[.]?"
)
_CAPITAL = re.compile(r"(?<![A-Za-z])[A-Z](?![A-Za-z'])")
_SENTENCE = re.compile(
    r"(?:(?i:so|thus|therefore|hence|in total|altogether|overall|finally|this means),? (?:that )?)?"
    r"(?i:there (?:are|is|will be)|(?:the|this|it|its|his|her|their|that)"
    r"(?: [A-Za-z'()-]{1,20}){0,12}? (?:is|are|equals|becomes|leaves|gives|makes)"
    r"|we (?:get|have|find))"
    r"(?: (?:exactly|a total of|equal to|now))? ([^\n]{1,80})[.!]"
)
_LABELLED = re.compile(r"[A-Za-z][A-Za-z' ()-]{0,60}: ?([^\n]{1,80})")
_EARLIER = re.compile(r"(?i)\b(?:previous|earlier|former|initial|original|answers?|old(?= \w))\b")
_VARIABLE = re.compile(r"\$([A-Za-z]{1,3})\$")
_LAST_WORD = re.compile(r"[^?]*[.!] ([A-Za-z]{2,3})[.!]?")


def conclusion(rows: list[str], wanted: Wanted) -> str | None:
    """The answer that the last line ends with or calls by a name; None where that is not sure.

    A choice: "which corresponds to option C", "(Option C)", "→ C", "C. the text in other words". A
    number: "There are 5 left.", "Total: 5". Yes or no: the last sentence.
    """
    row = plain(rows[-1]) if wanted.kind == "choice" else rows[-1]
    if len(row) > LONGEST:
        return None
    if wanted.kind == "yesno":
        found = _LAST_WORD.fullmatch(row)
        return WORDS.get(found[1].casefold()) if found else None
    if _UNSURE.search(row):
        return None
    if wanted.kind == "choice":
        return _at_end(row, wanted) or _reworded(rows, row, wanted)
    return _number(rows) if wanted.kind in ("integer", "float") else None


def _at_end(row: str, wanted: Wanted) -> str | None:
    found = _AT_END.search(row)
    if not found or len(_ARROW.findall(row)) > 1:
        return None
    letter = next(filter(None, found.groups()))
    named = {one[1] or one[2] for one in _NAMED.finditer(row)}
    offered = letters(wanted.options) or [letter]
    return letter if named <= {letter} and letter in offered else None


def _reworded(rows: list[str], row: str, wanted: Wanted) -> str | None:
    """A letter and what may be its text in other words; no name ("A. Smith wrote it"), no list."""
    others = [one for one in rows[:-1] if re.match(r"[(\[]?[A-Z][)\].:] ?\S", one)]
    found = _REWORDED.fullmatch(row)
    if others or not found or len(row.split()) > 9 or len(set(_CAPITAL.findall(row))) > 1:
        return None
    return _text(choice(row, wanted.options, stated=True))


def _number(rows: list[str]) -> str | None:
    labelled = [_LABELLED.fullmatch(row) for row in rows]
    values = [_text(number(found[1])) for found in labelled if found]
    sentence = _SENTENCE.fullmatch(_VARIABLE.sub(r"\1", rows[-1]))
    if _EARLIER.search(rows[-1]):
        return None
    if sentence:
        return _text(number(sentence[1]))
    single = labelled[-1] and sum(value is not None for value in values) == 1
    return values[-1] if single else None


def _text(found: Read) -> str | None:
    return None if isinstance(found, Unread) else found
