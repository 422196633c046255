"""One table in four formats: CSV and Parquet with its numbers, Markdown and LaTeX for a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dmlr.files import replacing, write_text
from dmlr.store.latex import latex_text
from dmlr.store.rows import WORDS, csv_text, field, markdown_line, markdown_text

# Columns of p-values, which four decimals would make 0; they have six digits.
P_VALUES = {"p", "mcnemar_p", "holm_p", "baseline_p"}


@dataclass(frozen=True)
class Table:
    """What one table says, as numbers and in words.

    ``columns`` and ``rows`` are its numbers: text, counts, shares, True or False; None where there is
    nothing, never 0 for what was not run. ``header`` and ``shown`` are what a reader sees of them; a
    cell may have several lines. ``notes`` stand below the table, a line each.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    header: Sequence[str]
    shown: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def write_table(table: Table, folder: Path) -> None:
    """Write ``{name}.csv``, ``.parquet``, ``.md`` and ``.tex``, each whole or not at all."""
    notes = "".join(f"\n{markdown_line(note)}\n" for note in table.notes)
    texts = {
        "csv": _csv(table),
        "md": markdown_text(table.header, table.shown) + notes,
        "tex": latex_text(table.header, table.shown, table.notes),
    }
    for kind, text in texts.items():
        write_text(folder / f"{table.name}.{kind}", text)
    with replacing(folder / f"{table.name}.parquet") as temporary:
        pq.write_table(_parquet(table), temporary, compression="zstd")


def _csv(table: Table) -> str:
    """A number is written by its column alone, so that one that is the same reads the same."""
    return csv_text(table.columns, ([*map(_field, table.columns, row)] for row in table.rows))


def _field(column: str, value: Any) -> str:
    if column in P_VALUES and value is not None:
        return f"{value:.6g}"
    return field(value)


def _parquet(table: Table) -> pa.Table:
    """The numbers by column; one in which nothing is known has the type it would have otherwise."""
    arrays = {}
    for place, name in enumerate(table.columns):
        array = pa.array([row[place] for row in table.rows])
        if pa.types.is_null(array.type):
            array = array.cast(pa.string() if name.replace("_", " ") in WORDS else pa.float64())
        arrays[name] = array
    return pa.table(arrays)
