"""A figure as it is written: the drawing as PDF and SVG, its data as CSV, its caption as Markdown."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from dmlr.figures.style import RC
from dmlr.files import replacing, write_text
from dmlr.store.rows import csv_text, field

# Neither format may say when it was written: the same data gives the same bytes.
UNDATED = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


@dataclass(frozen=True)
class Made:
    """``rows`` are records of the class ``kind``, whose fields are the columns of the CSV.

    ``says`` tells what is drawn and how it is defined, one paragraph each.
    """

    title: str
    says: Sequence[str]
    kind: type[Any]
    rows: Sequence[Any]
    figure: Figure


def write_figure(name: str, made: Made, notes: Sequence[str], folder: Path) -> None:
    """Write ``{name}.pdf``, ``.svg``, ``.csv`` and ``.md``, each whole or not at all.

    Args:
        name: such as figure6.
        made: what is drawn.
        notes: paragraphs that end the caption.
        folder: where the files go.
    """
    for suffix, metadata in UNDATED.items():
        with replacing(folder / f"{name}.{suffix}") as temporary, rc_context(RC):
            made.figure.savefig(
                temporary, format=suffix, metadata={"Title": made.title, **metadata}
            )
    header = [one.name for one in fields(made.kind)]
    rows = [[*map(field, asdict(row).values())] for row in made.rows]
    write_text(folder / f"{name}.csv", csv_text(header, rows))
    caption = [f"# {made.title}", *made.says, *notes]
    write_text(folder / f"{name}.md", "\n\n".join(caption) + "\n")
