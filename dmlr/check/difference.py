"""A stored number that its records do not say."""

from typing import Any

from dmlr.errors import DmlrError

REMEDY = "remove the file and run snakemake again"
LONGEST = 200  # characters of a value that a message shows


class DifferenceError(DmlrError):
    """What is stored is not what the records say; the message names the place and both values."""


def difference(place: str, name: str, derived: Any, stored: Any) -> DifferenceError:
    """Of one value; ``place`` begins with the file, ``name`` is what the value is there."""
    return DifferenceError(
        f"{place}: {name} must be {shown(derived)}, got {shown(stored)}; {REMEDY}"
    )


def shown(value: Any) -> str:
    """A value in a message, the beginning of a long one."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
