"""Lines that are only an answer: the whole reply, its first line, its last line."""

import re

from dmlr.verify.extraction.clauses import clause
from dmlr.verify.extraction.conclusions import conclusion
from dmlr.verify.extraction.places import lines
from dmlr.verify.extraction.reading import Reading
from dmlr.verify.extraction.unfinished import FAULTS, unfinished, without_bullet
from dmlr.verify.extraction.unread import Read, Unread
from dmlr.verify.extraction.wanted import Place, Wanted, reading

_THUS = re.compile(
    r"(?i)^(?:(?:and )?(?:so|therefore|thus|hence|finally|overall|in conclusion|in summary)\b,?"
    r"|(?:conclusion|verdict|result) ?:|\\therefore|∴|=|→|=>|所以|因此|故|即),? ?"
)
_LABEL = re.compile(r"[(\[]?([A-Z])[)\].:] ?\S")
_STEP = re.compile(r"\d{1,3}[.)]$|- |.*=")


def alone(text: str, wanted: Wanted) -> Reading | None:
    """The answer of a text that is no more than one, or whose first or last line is.

    A first line counts where the last line is no other answer: many models answer before they explain.
    For yes or no a reply's first word is enough.
    """
    rows = lines(text)
    if not rows:
        return None
    if wanted.kind == "yesno" and len(rows) > 1:
        found = wanted.read("\n".join(rows), "whole reply")
        if isinstance(found, str) or found.several:
            return reading("\n".join(rows), "whole reply", found)
    if len(rows) == 1:
        return reading(rows[0], "whole reply", _last(rows, "whole reply", wanted))
    if wanted.kind == "choice" and (whole := _long_option(text, wanted)):
        return whole
    return _first_or_last(rows, _last(rows, "last line", wanted), first(text, wanted))


def first(text: str, wanted: Wanted) -> tuple[int, str] | None:
    """Where the first line ends, and the answer that it is; None where it is none.

    An option with its letter is none where the lines list several options. For yes or no the line's
    first word is enough; a number has the line for itself.
    """
    rows = lines(text)
    if not rows or wanted.verbatim:
        return None
    row = rows[0]
    listed = wanted.kind == "choice" and _LABEL.match(row) and _lists_options(rows)
    if listed or (wanted.kind in ("integer", "float") and _STEP.match(row)):
        return None
    found = _line(row, "first line", wanted)
    return (text.find(row) + len(row), found) if isinstance(found, str) else None


def _lists_options(rows: list[str]) -> bool:
    return len({found[1] for found in map(_LABEL.match, rows) if found}) > 1


def _long_option(text: str, wanted: Wanted) -> Reading | None:
    """The text of an option that has several lines."""
    if not any("\n" in option.strip() for option in wanted.options):
        return None
    found = wanted.read(text, "whole reply")
    return reading(text, "whole reply", found) if isinstance(found, str) else None


def _first_or_last(rows: list[str], last: Read, begin: tuple[int, str] | None) -> Reading | None:
    """The last line's answer, or else the first line's; none where they contradict each other."""
    if begin is None or (isinstance(last, Unread) and last.several):
        told = isinstance(last, str) or last.several or last.reason in FAULTS
        return reading(rows[-1], "last line", last) if told else None
    if isinstance(last, Unread):
        return reading(rows[0], "first line", begin[1])
    if last != begin[1]:
        last = Unread(f"states several answers: {begin[1]}, {last}", several=True)
    return reading(rows[-1], "last line", last)


def _last(rows: list[str], place: Place, wanted: Wanted) -> Read:
    """The last line's answer: the line itself, or what it concludes."""
    row = without_bullet(rows, wanted)
    if isinstance(row, Unread):
        return row
    rows = [*rows[:-1], _bare(row)]
    fault = unfinished(rows, wanted)
    if fault:
        return fault
    if wanted.kind == "choice" and _LABEL.match(rows[-1]) and _lists_options(rows):
        return Unread("is one of a list")
    found = _line(rows[-1], place, wanted)
    if isinstance(found, Unread) and not found.several:
        return conclusion(rows, wanted) or found
    return found


def _bare(row: str) -> str:
    return _THUS.sub("", row, count=1)


def _line(row: str, place: Place, wanted: Wanted) -> Read:
    bare = _bare(row)
    found = wanted.read(bare, place)
    if isinstance(found, str) or wanted.whole:
        return found
    shorter = wanted.read(clause(bare), place)
    return shorter if isinstance(shorter, str) else found
