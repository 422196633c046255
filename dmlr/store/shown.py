"""What a table shows its readers, read back from its Markdown file."""

import re
from dataclasses import dataclass
from pathlib import Path

from dmlr.errors import RecordError

ESCAPED = re.compile(r"\\([\\|`])|(&lt;)|(<br>)")  # what dmlr.store.rows writes in place of a sign


@dataclass(frozen=True)
class Shown:
    """Header and rows in the words of ``Table``, and the notes below; ``numeric`` is by column.

    A cell may have several lines. True in ``numeric`` says that a column is aligned right.
    """

    header: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    notes: list[str]


def read_shown(path: Path) -> Shown:
    """Read what ``write_table`` wrote.

    Raises:
        RecordError: it is no such file, or a row has more or fewer cells than the header.
    """
    try:
        table, _, below = path.read_text("utf-8").partition("\n\n")
        header, rule, *rows = [_cells(line) for line in table.splitlines()]
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: not a readable table ({error}); run snakemake again") from None
    for number, row in enumerate([rule, *rows], start=2):
        if len(row) != len(header):
            raise RecordError(
                f"{path}:{number}: must have {len(header)} cells, got {len(row)}; run snakemake again"
            )
    notes = [_plain(line) for line in below.splitlines() if line]
    return Shown(header, [one.endswith(":") for one in rule], rows, notes)


def _cells(line: str) -> list[str]:
    """The cells of a line; a bar within one has a backslash before it, never a blank."""
    cells = line.removeprefix("| ").removesuffix(" |").split(" | ")
    return [*map(_plain, cells)] if ESCAPED.search(line) else cells


def _plain(text: str) -> str:
    return ESCAPED.sub(lambda found: found[1] or ("<" if found[2] else "\n"), text)
