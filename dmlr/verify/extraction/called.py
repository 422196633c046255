"""Letters that are called right ("B is correct"); weaker than what a phrase states."""

import re

from dmlr.verify.extraction.hedges import hedged
from dmlr.verify.extraction.phrases import MOST, Statement

_BEFORE = (
    r"(?:^|[.,;:!\n(]|\b(?:option|choice|answer|so|thus|therefore|hence|that|only|then)\b"
    r"|选项|故|所以|只有) ?"
)
_RIGHT = r"(?:correct|right|best) (?:answer|option|choice|one)\b"
_LETTER = re.compile(
    rf"{_BEFORE}\(?(?P<letter>[A-Z])\)?(?: ?选?项)? ?"
    rf"(?:is (?:(?:therefore|thus|clearly) )?(?:the (?:only )?)?"
    rf"(?:{_RIGHT}|correct(?= ?(?:[.,;!\n]|$|because|since))|answer\b(?! to))"
    r"|(?:是?正确|符合题意|符合要求)(?!吗))",
    re.IGNORECASE | re.MULTILINE,
)
_WITH_TEXT = re.compile(
    rf"(?:^|(?<=[.!:\n] ))(?P<letter>[(\[]?[A-Z][)\].:] ?[^\n]{{1,80}}?) is (?:therefore )?the {_RIGHT}",
    re.MULTILINE,
)
_WRONG = re.compile(
    r"\b(?i:incorrect|wrong|false|untrue) (?:statement|option|choice|answer|conclusion|one)s? ?"
    r"(?:is|:) ?\(?(?P<letter>[A-Z])\b|(?:不正确|错误)的?\w{0,2}(?:是|:) ?(?P<other>[A-Z])"
)


def called(text: str) -> list[Statement]:
    """What is called right behind it, in the text's order: a letter, or a letter with its text.

    Where there is one, what is called the wrong statement counts too: the question may ask for it.
    """
    found = [*_LETTER.finditer(text), *_WITH_TEXT.finditer(text)]
    right = [
        Statement(one.end(), one["letter"], one["letter"])
        for one in sorted(found, key=lambda one: one.end())[-MOST:]
        if not one["letter"].islower() and not hedged(text, one.start("letter"), one.end())
    ]
    wrong = list(_WRONG.finditer(text))[-MOST:] if right else []
    letters = [(one.end(), one["letter"] or one["other"]) for one in wrong]
    return [*right, *(Statement(end, letter, letter) for end, letter in letters)]
