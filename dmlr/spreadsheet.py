"""CSV that a spreadsheet can open without running what a model wrote."""

import csv
from collections.abc import Iterable, Sequence
from typing import IO, Any

# What makes a spreadsheet read a cell as a formula (OWASP, CSV injection), full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class SafeCsv:
    """Rows of untrusted texts: one that could be taken for a formula gets an apostrophe before it.

    That includes a text that begins with a minus sign; numbers are left as they are, None is empty.
    """

    def __init__(self, file: IO[str], header: Sequence[str]) -> None:
        # All is quoted: Python 3.11 leaves a carriage return bare, and a row would break at it.
        self._writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self._writer.writerow(header)

    def write(self, rows: Iterable[Sequence[Any]]) -> int:
        """Append rows, and count them."""
        return sum(bool(self._writer.writerow(map(_cell, row))) for row in rows)


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where it could be taken for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cell(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) else value
