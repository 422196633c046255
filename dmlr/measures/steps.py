"""The reasoning steps of a reply, and where behind each of them an answer can be put."""

import re
from dataclasses import dataclass

from dmlr.boxes import OPENING, last_span

THINK, END_OF_THINK = "<think>", "</think>"
LINES = re.compile(r"\s*\n\s*")
SENTENCES = re.compile(r"(?<=[.!?])\s+")
NOTHING = re.compile(r"\W*(?:\d+[.)])?\W*")  # a bullet, a rule, a number before its sentence


@dataclass(frozen=True)
class Reasoning:
    """The part of a reply before its answer, cut into steps.

    Attributes:
        text: the whole reply.
        start: where the first step begins, in characters.
        ends: where each step ends, the blanks behind it included, so that the next one begins there.
        tagged: whether the reply keeps to the tags that the prompt asks for.
    """

    text: str
    start: int
    ends: list[int]
    tagged: bool

    def place(self, steps: int) -> int:
        """Where an answer begins behind so many steps, in characters."""
        place = self.ends[steps - 1] if steps else self.start
        return len(self.text[:place].rstrip()) if self.tagged else place

    @property
    def cue(self) -> str:
        """What has to stand before an answer there: what is open is closed, and the box opened."""
        return f"{END_OF_THINK}<answer>{OPENING}" if self.tagged else OPENING

    @property
    def closing(self) -> str:
        """What stands behind the answer."""
        return "}</answer>" if self.tagged else "}"


def reasoning(reply: str) -> Reasoning:
    """Cut a reply into the steps of its reasoning.

    Choice: steps are lines, or sentences where the reasoning is one line, since the paper does not say
    what a step is. The reasoning ends at ``</think>``, without one where the last box opens, and
    without that at the reply's end: the answer is what is measured behind it, so it is no step.
    """
    opened = re.match(rf"\s*{THINK}\s*", reply)
    closed, box = reply.find(END_OF_THINK), last_span(reply)
    end = closed if closed >= 0 else box[0] if box else len(reply)
    start = min(opened.end() if opened else 0, end)
    found = _ends(reply[start:end], LINES)
    if len(found) < 2:
        found = _ends(reply[start:end], SENTENCES)
    return Reasoning(reply, start, [start + e for e in found], bool(opened) or closed >= 0)


def _ends(text: str, between: re.Pattern[str]) -> list[int]:
    """Ends of the pieces; one that says nothing by itself belongs to the next, or to the last."""
    found, begin = list[int](), 0
    for end in (*(gap.end() for gap in between.finditer(text)), len(text)):
        if not NOTHING.fullmatch(text[begin:end]):
            found.append(end)
            begin = end
    return [*found[:-1], len(text)] if found else []
