"""The tables of the results as pages: what their Markdown shows, each row with its links."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq

from dmlr.report.run_links import RunLinks
from dmlr.report.table_list import About, about, ordered
from dmlr.report.text import bare_name
from dmlr.store.latex import MINUS
from dmlr.store.shown import Shown, read_shown

ROOM = 1_500_000  # characters of rows that a page has room for
LARGEST = 20_000_000  # bytes of a file that is copied beside the pages
KINDS = {"csv": "CSV", "parquet": "Parquet", "md": "Markdown", "tex": "LaTeX"}
GRIDS = ("table1", "table2")  # whose columns are benchmarks
# Where a line of a grid's cell may go on in the next: its first line, and the others.
FIRST_BREAKS, BREAKS = re.compile(r" (?=\[)|(?<=\d), (?=n)"), re.compile(r" (?=\()")
PINNED = ("model", "profile")  # columns that stay in sight, since they say whose numbers a row has
# Columns that rows are chosen by.
CHOSEN = (
    "benchmark", "model", "method", "profile", "seed", "labels", "protocol", "first protocol",
    "second protocol", "metric",
)  # fmt: skip
NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """A column; ``key`` names it in the page's address, ``chosen`` says that rows are filtered by it.

    ``pinned``: it stays where it is when the others scroll; ``once``: a value is not shown again where
    the row above has it, too.
    """

    words: str
    key: str
    number: bool
    chosen: bool
    pinned: bool
    once: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A cell: its lines, the first of which may lead somewhere; ``run`` False where nothing was run."""

    lines: list[str]
    link: str | None
    run: bool = True


@dataclass(frozen=True)
class Part:
    """One page: a table, or its rows of one benchmark where all would not fit.

    ``whole`` counts the rows that there are, ``rows`` are as many as the page has room for.
    """

    page: str
    benchmark: str | None
    rows: list[list[Field]]
    whole: int


@dataclass(frozen=True)
class TablePages:
    """A table with its pages; ``files`` lie beside them, but for those that are too ``large``.

    ``numbers`` counts the rows of its CSV; None: the file that tells is not there.
    """

    name: str
    about: About
    columns: list[Column]
    parts: list[Part]
    notes: list[str]
    files: list[Path]
    large: list[str]
    numbers: int | None

    @property
    def rows(self) -> int:
        """Rows that a reader is shown, all pages together."""
        return sum(part.whole for part in self.parts)


def table_pages(folder: Path, links: RunLinks) -> list[TablePages]:
    """The pages of all tables in a folder, in the order of their list.

    Raises:
        RecordError: a table cannot be read.
    """
    names = ordered({path.stem for path in folder.glob("*.md")})
    return [_pages(folder / f"{bare_name(name, 'name of a table')}.md", links) for name in names]


def _pages(path: Path, links: RunLinks) -> TablePages:
    name, shown = path.stem, read_shown(path)
    beside = [one for kind in KINDS if (one := path.with_suffix(f".{kind}")).exists()]
    large = [one for one in beside if one.stat().st_size > LARGEST]
    parquet = path.with_suffix(".parquet")
    return TablePages(
        name, about(name), _columns(name, shown), list(_parts(name, shown, links)), shown.notes,
        files=[one for one in beside if one not in large],
        large=[one.name for one in large],
        numbers=pq.read_metadata(parquet).num_rows if parquet.exists() else None,
    )  # fmt: skip


def _columns(name: str, shown: Shown) -> list[Column]:
    """The columns; a unit or an interval in brackets is left out of the key, if one is left then."""
    short = [words.split(" [")[0].split(" (")[0] for words in shown.header]
    keys = [
        key if short.count(key) == 1 else words
        for key, words in zip(short, shown.header, strict=True)
    ]
    pinned = [words for words in PINNED if words in shown.header] or shown.header[:1]
    return [
        Column(
            words, key, number, words in CHOSEN, words in pinned,
            once=name in GRIDS and words == "model",
        )
        for words, key, number in zip(shown.header, keys, shown.numeric, strict=True)
    ]  # fmt: skip


def _parts(name: str, shown: Shown, links: RunLinks) -> Iterator[Part]:
    rows = [_fields(name, shown, row, links) for row in shown.rows]
    if sum(map(_size, rows)) <= ROOM or "benchmark" not in shown.header:
        yield Part(f"{name}.html", None, _fitting(rows), len(rows))
        return
    place = shown.header.index("benchmark")
    rows.sort(key=lambda row: row[place].lines)
    for number, ((benchmark,), group) in enumerate(groupby(rows, lambda row: row[place].lines)):
        of_it = list(group)
        page = f"{name}--{benchmark}.html" if number else f"{name}.html"
        yield Part(bare_name(page, "runs.benchmark"), benchmark, _fitting(of_it), len(of_it))


def _fields(name: str, shown: Shown, row: Sequence[str], links: RunLinks) -> list[Field]:
    found = {} if name in GRIDS else links.of_row(shown.header, row)
    fields = []
    for words, number, cell in zip(shown.header, shown.numeric, row, strict=True):
        lines = (MINUS.sub("−", cell) if number else cell).split("\n")
        link, run = found.get(words), True
        if name in GRIDS and number:
            run = lines[0] != NOTHING
            link = links.of_cell(words, row[0], row[2]) if run else None
            lines = _narrow(lines)
        fields.append(Field(lines, link, run))
    return fields


def _narrow(lines: Sequence[str]) -> list[str]:
    """The lines of a grid's cell in more and shorter ones, so that more columns are seen at once."""
    first, *others = lines
    return [*FIRST_BREAKS.split(first), *(part for line in others for part in BREAKS.split(line))]


def _fitting(rows: list[list[Field]]) -> list[list[Field]]:
    """The first rows, as many as a page has room for."""
    room = ROOM
    for place, row in enumerate(rows):
        room -= _size(row)
        if room < 0:
            return rows[:place]
    return rows


def _size(row: Sequence[Field]) -> int:
    """Characters of a row in the page, generously."""
    texts = [(line, field.link or "") for field in row for line in field.lines]
    return 20 + 30 * len(texts) + sum(2 * len(line) + len(link) for line, link in texts)
