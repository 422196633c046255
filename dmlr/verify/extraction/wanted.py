"""What is looked for in a reply, and how a piece of it is read."""

from dataclasses import dataclass
from typing import Literal

from dmlr.verify.extraction.choice import choice
from dmlr.verify.extraction.expression import expression
from dmlr.verify.extraction.number import number
from dmlr.verify.extraction.reading import Reading
from dmlr.verify.extraction.several import several
from dmlr.verify.extraction.unread import Read, Unread
from dmlr.verify.extraction.yesno import yesno

Kind = Literal["choice", "integer", "float", "list", "yesno", "expression"]
Place = Literal["boxed", "answer tag", "answer phrase", "whole reply", "first line", "last line"]

SHOWN = 200  # characters of ``Reading.raw``


@dataclass(frozen=True)
class Wanted:
    """An answer of one kind, to a question with these options."""

    kind: Kind
    options: tuple[str, ...]

    def read(self, text: str, place: Place) -> Read:
        """The answer that a piece of a reply is; what is said to be one may have words beside it."""
        marked = place in ("boxed", "answer tag")
        stated = marked or place == "answer phrase"
        if self.kind == "choice":
            return choice(text, self.options, stated=stated)
        if self.kind == "yesno":
            return yesno(text)
        if self.kind == "list":
            return several(text, stated=stated, boxed=marked)
        if self.kind == "expression":
            return expression(text, stated=stated, boxed=marked)
        return number(text, mathematics=place == "boxed")

    @property
    def verbatim(self) -> bool:
        """True for the kinds whose answer is text, so that words beside it would be part of it."""
        return self.kind in ("list", "expression")

    @property
    def whole(self) -> bool:
        """True for the kinds of which no explanation may be cut off: it may be a reservation too."""
        return self.verbatim or self.kind == "yesno"


def reading(raw: str, place: Place, found: Read) -> Reading:
    """A reading of ``raw``, or why it could not be read."""
    shown = raw if len(raw) <= SHOWN else raw[:SHOWN] + "…"
    if isinstance(found, Unread):
        return Reading(None, shown, place, found.reason)
    return Reading(found, shown, place)
