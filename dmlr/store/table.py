"""One table in four formats: CSV and Parquet with its numbers, Markdown and LaTeX for a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dmlr.files import replacing, write_text
from dmlr.store.latex import latex_text
from dmlr.store.rows import csv_text, field, markdown_text


@dataclass(frozen=True)
class Table:
    """What one table says, as numbers and in words.

    ``columns`` and ``rows`` are its numbers: text, counts, shares, True or False; None where there is
    nothing, never 0 for what was not run. ``header`` and ``shown`` are what a reader sees of them.
    ``notes`` stand below the table, a line each.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    header: Sequence[str]
    shown: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def write_table(table: Table, folder: Path) -> None:
    """Write ``{name}.csv``, ``.parquet``, ``.md`` and ``.tex``, each whole or not at all."""
    stem = folder / table.name
    rows = [[*map(field, row)] for row in table.rows]
    write_text(stem.with_suffix(".csv"), csv_text(table.columns, rows))
    text = markdown_text(table.header, table.shown)
    notes = "".join(f"\n{note}\n" for note in table.notes)
    write_text(stem.with_suffix(".md"), text + notes)
    write_text(stem.with_suffix(".tex"), latex_text(table.header, table.shown, table.notes))
    columns = {name: [row[i] for row in table.rows] for i, name in enumerate(table.columns)}
    with replacing(stem.with_suffix(".parquet")) as temporary:
        pq.write_table(pa.table(columns), temporary, compression="zstd")
