"""What was read as the answer of a reply."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """An answer as it was read, or why none could be.

    ``value`` is the answer in one fixed form (a capital letter, a decimal number, Yes or No, LaTeX),
    ``raw`` the piece of the reply that it was read from, ``place`` where that stood (boxed, answer tag,
    answer phrase, first line, last line, whole reply). ``value`` is None where nothing can be read
    without guessing; ``reason`` then says why.
    """

    value: str | None
    raw: str | None = None
    place: str | None = None
    reason: str | None = None
