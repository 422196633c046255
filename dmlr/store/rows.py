"""Rows of a table as CSV and Markdown text."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from dmlr.spreadsheet import harmless

# Columns of names, on the left.
WORDS = {
    "benchmark", "model", "method", "injection", "profile", "labels", "against", "protocol",
    "first protocol", "second protocol", "metric", "units", "judge", "judge model", "run", "changed",
    "ahead", "rule", "why", "measured by",
}  # fmt: skip
# A cell of Markdown ends at a bar; a backslash, a tag or an open code span would take what is behind it.
MARKUP = str.maketrans({"\\": "\\\\", "|": "\\|", "<": "&lt;", "`": "\\`"})


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The rows below their header, a line each; what is None leaves an empty field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def markdown_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The same as Markdown; every column that is none of ``WORDS`` is aligned right.

    Several lines of a cell stay several lines of it.
    """
    rule = ["---" if name in WORDS else "---:" for name in header]
    lines = [[*map(_cell, header)], rule, *([*map(_cell, row)] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def markdown_line(text: str) -> str:
    """A text that stays on its line and in its cell: a judge's server names its model as it likes."""
    return " ".join(text.split()).translate(MARKUP)


def field(value: str | bool | int | float | None) -> str:
    """A value as a CSV file has it; empty for None.

    A count is as it is, another number has four decimals. A text stands on one line and starts no
    formula.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return harmless(" ".join(value.split()))
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)


def _cell(text: str) -> str:
    return "<br>".join(map(markdown_line, text.split("\n")))
