"""Yes or no: which of the two a text says."""

import re

from dmlr.verify.extraction.dress import LONGEST, plain
from dmlr.verify.extraction.unread import Read, Unread

_YES = ("yes", "true", "是", "是的", "对", "对的", "正确", "有", "肯定的")
_NO = ("no", "false", "否", "不是", "不", "不对", "错", "错误", "不正确", "没有", "否定的")
WORDS = dict.fromkeys(_YES, "Yes") | dict.fromkeys(_NO, "No")
# A word that a sentence begins with, and what shows that it is the answer and no part of speech.
_SUBJECT = r"(?:it|there|they|he|she|this|that|these|those|we|you|I)\b"
_LEADING = re.compile(
    rf"""["'(]{{0,2}}(?:(?i:(yes|no|true|false))["')]?
        (?:(?=[,;!—:]|\.(?!\ ?\d)|\ -|$)|(?=\ {_SUBJECT})|(?<=[Yy]es)(?=\ ))
        |(是的|不是|不对|是|否|不|对|错|没有)(?=[,.;!]|$))""",
    re.MULTILINE | re.VERBOSE,
)
_RESERVED = re.compile(
    r"(?i)[\"'),:;-]{0,3} ?(?:if|unless|provided|assuming|but|at first|initially|i can see|i understand"
    r"|it (?:might|may)|only if)\b|[^.!?\n]{0,200}, ?but\b"
)
_STARTS = re.compile(r"^|(?<=[.!?] )", re.MULTILINE)
_BOTH = re.compile(
    r"(?i)yes\b.{0,9}\b(?:or|and)\b.{0,9}\bno\b|no\b.{0,9}\b(?:or|and)\b.{0,9}\byes\b"
    r"|yes\b[^.\n]{0,40}[ ,/]no(?=[.,!;]|$)|no\b[^.\n]{0,40}[ ,/]yes(?=[.,!;]|$)|是 ?(?:或|/) ?否"
)


def yesno(text: str) -> Read:
    """Yes or No, as the whole text or as the word that it begins with.

    A text that begins another sentence with the other word says both. "Yes, if" and "Yes, at first
    glance" say neither, nor does "Yes, I can see the picture".
    """
    bare = plain(text) if len(text) < LONGEST else text
    if bare.casefold() in WORDS:
        return WORDS[bare.casefold()]
    if _BOTH.match(bare):
        return Unread("says both Yes and No", several=True)
    first = _leading(text, 0) or _leading(bare, 0)
    if first is None:
        return Unread("is neither Yes nor No")
    if _RESERVED.match(text, _end(text)):
        return Unread("says Yes or No with a reservation")
    if any(_leading(text, start.end()) not in (None, first) for start in _STARTS.finditer(text)):
        return Unread("says both Yes and No", several=True)
    return first


def _end(text: str) -> int:
    """Where the word that the text begins with ends."""
    found = _LEADING.match(text)
    return (found.end(1) if found[1] else found.end(2)) if found else 0


def _leading(text: str, place: int) -> str | None:
    found = _LEADING.match(text, place)
    return WORDS[(found[1] or found[2]).casefold()] if found else None
