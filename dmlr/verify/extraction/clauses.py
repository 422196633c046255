"""Clauses: where a statement of an answer ends and its explanation begins."""

import re

LONGEST = 400  # characters of a statement that are looked at

_END = re.compile(r"\.(?=\s|$)|[?](?=\s|$|\")|(?<!\d)!(?=\s|$)")
_LETTER = re.compile(r"[(\[]?[A-Za-z]")
_ITEM = re.compile(r"\d{1,2}")
_ABBREVIATED = re.compile(r"\b(?:approx|e\.g|i\.e|vs|cf|no|fig|eq|st|mr|dr)$", re.IGNORECASE)
_REASON = re.compile(
    r",? \(?(?:because|since|which|where|given that|due to|although|though)\b"
    r"| \((?:not|and not)\b|, (?:as|so|hence|therefore|not|but|meaning|and (?:it|this|that|the|so))\b"
    r"|; (?=[a-z])| ?—|,? ?(?:因为|由于|所以|因此|理由)"
)


def sentence(text: str, *, labelled: bool, listed: bool) -> str:
    """The text up to the end of its first sentence, its mark included.

    The point after an option's letter ends none where ``labelled``, nor that after an item's number
    where ``listed``.
    """
    for end in _END.finditer(text):
        head = text[: end.start()].strip(" $*\"'")
        label = (labelled and _LETTER.fullmatch(head)) or (listed and _ITEM.fullmatch(head))
        if (label and text[end.end() :].strip()) or _ABBREVIATED.search(head[-10:]):
            continue
        return text[: end.end()]
    return text


def first_end(text: str) -> int:
    """Where the first sentence ends, were every point the end of one."""
    found = _END.search(text)
    return found.end() if found else len(text)


def clause(text: str) -> str:
    """The text without the explanation that follows ("because", "which", ", not")."""
    found = _REASON.search(text)
    return text[: found.start()].strip() if found and found.start() else text
