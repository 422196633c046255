"""Rows of a table as CSV and Markdown text."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# Columns of names, on the left.
WORDS = {
    "benchmark", "model", "profile", "labels", "protocol", "first protocol", "second protocol",
    "metric", "units", "judge", "judge model", "run",
}  # fmt: skip


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The rows below their header; what is None leaves an empty field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def markdown_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The same as Markdown; every column that is none of ``WORDS`` is aligned right."""
    rule = ["---" if name in WORDS else "---:" for name in header]
    cells = ([_cell(text) for text in row] for row in (header, rule, *rows))
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def _cell(text: str) -> str:
    """A cell that cannot end its cell or row: a judge's server names its model as it likes."""
    return " ".join(text.split()).replace("|", "\\|")


def field(value: str | bool | int | float | None) -> str:
    """A value as a CSV file has it: text and a count as they are, else four decimals; empty for None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
