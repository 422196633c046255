"""Statements: what a text says is the answer, by a box, by tags or by a phrase."""

import re
from dataclasses import dataclass

from dmlr.verify.extraction import places
from dmlr.verify.extraction.agreement import RETRACTED, agreed
from dmlr.verify.extraction.called import called
from dmlr.verify.extraction.clauses import clause
from dmlr.verify.extraction.dress import LONGEST, latex
from dmlr.verify.extraction.phrases import Statement, statements
from dmlr.verify.extraction.places import Box
from dmlr.verify.extraction.reading import Reading
from dmlr.verify.extraction.unread import Read, Unread
from dmlr.verify.extraction.wanted import Place, Wanted, reading

_BRACKETED = re.compile(r"[(\[][A-Z][)\]]")


@dataclass(frozen=True)
class Phrased:
    """What a text's phrases state; ``decides`` is False where another place may still say it."""

    reading: Reading
    decides: bool


def marked(text: str, wanted: Wanted) -> Reading | None:
    """The answer in the last box, or else in answer tags; None where there is neither."""
    boxes = places.boxes(text)
    if boxes.found:
        return _boxed(text, boxes.found, wanted)
    if boxes.unclosed:
        return Reading(None, place="boxed", reason="has a \\boxed{ that is not closed")
    tags = places.tags(text)
    found = agreed(text, [(end, _content(raw, "answer tag", wanted)) for end, raw in tags])
    return reading(tags[-1][1], "answer tag", found) if found is not None else None


def phrased(text: str, wanted: Wanted, first: tuple[int, str] | None = None) -> Phrased | None:
    """The answer that phrases state; none where the first line (its end, its answer) contradicts it."""
    return _together(text, statements(text, choices=wanted.kind == "choice"), wanted, first)


def called_right(text: str, wanted: Wanted) -> Phrased | None:
    """For a choice the option that is called right ("B is correct")."""
    return _together(text, called(text), wanted) if wanted.kind == "choice" else None


def _boxed(text: str, boxes: list[Box], wanted: Wanted) -> Reading:
    """The last boxes' answer; several that are joined are a list, or no one answer."""
    if wanted.verbatim:
        raw = ", ".join(box.content for box in places.line_boxes(text, boxes))
        return reading(raw, "boxed", _content(raw, "boxed", wanted))
    joined = places.joined_boxes(text, boxes)
    raw = ", ".join(box.content for box in joined)
    reads = [_content(box.content, "boxed", wanted) for box in joined]
    said = list(dict.fromkeys(read for read in reads if isinstance(read, str)))
    later = _retracted(text[joined[-1].end :], wanted)
    if later and said and isinstance(reads[-1], str):
        said += [later] if later not in said else []
    if len(said) > 1:
        return reading(
            raw, "boxed", Unread(f"states several answers: {', '.join(said)}", several=True)
        )
    return reading(joined[-1].content, "boxed", reads[-1])


def _retracted(rest: str, wanted: Wanted) -> str | None:
    """What phrases state behind words that take a box back."""
    word = RETRACTED.search(rest)
    found = phrased(rest[word.start() :], wanted) if word else None
    return found.reading.value if found else None


def _content(raw: str, place: Place, wanted: Wanted) -> Read:
    """What a box or a tag holds: a statement, an answer, or an answer with its explanation."""
    if len(raw) > LONGEST:
        return Unread("is too long for an answer")
    inner = phrased(latex(raw), wanted)
    if inner and inner.reading.value is not None:
        return inner.reading.value
    found = wanted.read(raw, place)
    if isinstance(found, str) or wanted.whole:
        return found
    shorter = wanted.read(clause(latex(raw)), place)
    return shorter if isinstance(shorter, str) else found


def _together(
    text: str, stated: list[Statement], wanted: Wanted, first: tuple[int, str] | None = None
) -> Phrased | None:
    said = [_said(one, wanted) for one in stated]
    reads = [(one.end, read) for one, read in zip(stated, said, strict=True)]
    found = agreed(text, reads)
    if found is None:
        return None
    if isinstance(found, str) and first:
        found = agreed(text, [first, *reads]) or found
    same = [one for one, read in zip(stated, said, strict=True) if read == found] or stated
    decides = not isinstance(found, Unread) or found.several
    return Phrased(reading(same[-1].sentence.strip(), "answer phrase", found), decides)


def _said(stated: Statement, wanted: Wanted) -> Read:
    """The answer in a statement; the text of an option may go on over several sentences."""
    if wanted.kind == "yesno":  # an explanation may be a reservation
        return wanted.read(stated.sentence, "answer phrase")
    short = clause(stated.sentence)
    if wanted.kind != "choice":
        return wanted.read(short, "answer phrase")
    found = wanted.read(stated.line, "whole reply")
    strict = stated.picked and not _BRACKETED.match(stated.sentence)
    for text in (stated.sentence, short):
        if isinstance(found, Unread):
            found = wanted.read(text, "whole reply" if strict else "answer phrase")
    return found
