"""Places of a reply: its reasoning and its final part, its boxes, its answer tags, its lines."""

import re
from dataclasses import dataclass

from dmlr.boxes import OPENING, spans
from dmlr.verify.extraction.hedges import denied, foreign, refused, supposed

_THINK = re.compile(r"(?i)<(/?)think(?:ing)?>")
_TAG = re.compile(r"(?i)<(/?)answer>")
# What an instruction repeated by the model has in its box.
_PLACEHOLDER = re.compile(
    r"(?i)(?:\\text\{)?[ .…\[<({_?]*"
    r"(?:(?:(?:your|the|my) )?(?:final )?answer(?: here)?|letter|value|number"
    r"|result|expression|solution)?[ .…\])>}_?]*"
)
_DISPLAY = re.compile(r"(?m)^(?:\$\$|\\\[) ?\n([^\n$]{1,400})\n(?:\$\$|\\\])(?= ?$)")
# What joins boxes to one statement: "A and C", "x = 3 or x = -2".
_JOINT = re.compile(
    r"(?:[ ,;、&$*]|\\[()\[\],; ]|\\q?quad|\\text ?\{ ?(?:or|and) ?\}|\b(?:or|and)\b|[或和与及]"
    r"|\\(?:lor|vee)\b|[A-Za-z](?:_\{?\w\}?)? ?= ?)*"
)
MOST = 100  # of the boxes of a reply, the last ones
_FENCES = re.compile(r"(?m)^(?:\$\$|\\\[|\\\]|```\w{0,10}|-{3,}|\*{3,}|_{3,}) ?(?:\n|$)")


@dataclass(frozen=True)
class Parts:
    """A reply's final part, its reasoning, and why there is nothing final, None where there is."""

    final: str
    reasoning: str
    lacking: str | None


def parts(text: str) -> Parts:
    """A reply cut at its last mark of reasoning."""
    marks = list(_THINK.finditer(text))
    if not marks:
        return Parts(text, "", None)
    last = marks[-1]
    if last[1]:
        final = text[last.end() :].strip()
        return Parts(final, text[: last.start()], None if final else "has nothing after </think>")
    start = _first_open(marks)
    closed = max((mark.end() for mark in marks if mark[1]), default=0)
    return Parts(text[closed:start].strip(), text[start:], "is truncated inside <think>")


def _first_open(marks: list[re.Match[str]]) -> int:
    """Where the reasoning that is never closed begins."""
    closed = [place for place, mark in enumerate(marks) if mark[1]]
    return marks[closed[-1] + 1 if closed else 0].start()


def without_fences(text: str) -> str:
    """The text without the lines that only open or close display mathematics or code.

    One line of display mathematics keeps its dollars: a dash is a minus sign there, a letter a variable.
    """
    return _FENCES.sub("", _DISPLAY.sub(r"$$\1$$", text))


def lines(text: str) -> list[str]:
    """The lines that are not empty."""
    return [line.strip() for line in text.split("\n") if line.strip()]


@dataclass(frozen=True)
class Box:
    """What an outermost box holds, and where it begins and ends."""

    content: str
    start: int
    end: int


@dataclass(frozen=True)
class Boxes:
    """The boxes of a text; ``unclosed`` where one is cut off."""

    found: list[Box]
    unclosed: bool


def boxes(text: str) -> Boxes:
    """The balanced boxes of a text that may hold its answer.

    Those of a repeated instruction hold nothing, those behind "not" no answer. A supposition or somebody
    else's answer counts only where there is no other.
    """
    balanced = sorted(spans(text))
    outer: list[tuple[int, int]] = []
    for span in balanced:
        if not outer or span[0] >= outer[-1][1]:
            outer.append(span)
    found = [
        Box(text[start + len(OPENING) : end - 1].strip(), start, end)
        for start, end in outer[-MOST:]
    ]
    found = [
        box for box in found if not is_placeholder(box.content) and not denied(text, box.start)
    ]
    own = [box for box in found if not _told(text, box)]
    return Boxes(own or found, text.count(OPENING) > len(balanced))


def _told(text: str, box: Box) -> bool:
    """True for a box that is supposed, somebody else's, or called wrong."""
    told = supposed(text, box.start) or foreign(text, box.start)
    return told or refused(text, box.end)


def line_boxes(text: str, found: list[Box]) -> list[Box]:
    """The boxes that end on the line of the last one's end."""
    start = text.rfind("\n", 0, found[-1].end) + 1
    return [box for box in found if box.end >= start]


def joined_boxes(text: str, found: list[Box]) -> list[Box]:
    """The last box, and those before it that only "and", "or" and commas part from it."""
    first = len(found) - 1
    while first and _joined(text, found[first - 1], found[first]):
        first -= 1
    return found[first:]


def _joined(text: str, one: Box, other: Box) -> bool:
    between = text[one.end : min(other.start, one.end + 60)]
    return other.start - one.end < 60 and _JOINT.fullmatch(between) is not None


def tags(text: str) -> list[tuple[int, str]]:
    """Ends and contents of the answer tags that are closed."""
    found = []
    opened: re.Match[str] | None = None
    for tag in _TAG.finditer(text):
        if not tag[1]:
            opened = tag
        elif opened:
            found.append((tag.end(), text[opened.end() : tag.start()].strip()))
            opened = None
    return found


def is_placeholder(content: str) -> bool:
    """True for what stands for an answer in an instruction ("your answer", "...")."""
    return len(content) < 60 and _PLACEHOLDER.fullmatch(content) is not None
