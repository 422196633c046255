"""Rows of a table as CSV and Markdown text."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

WORDS = {"benchmark", "model", "profile", "labels", "protocol"}  # columns of names, on the left


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
    return "".join(f"| {' | '.join(row)} |\n" for row in (header, rule, *rows))


def field(value: int | float | None) -> str:
    """A number as a CSV file has it: a count as it is, else four decimals; empty for None."""
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:.4f}"
