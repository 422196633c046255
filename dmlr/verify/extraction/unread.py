"""Why a piece of text is no answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unread:
    """A piece of text that holds no answer of its kind.

    ``several`` is True where it names more than one: then there is nothing to look for elsewhere.
    """

    reason: str
    several: bool = False


Read = str | Unread
