"""Whether a folder's files are those that the records make."""

import csv
import re
from collections.abc import Collection
from itertools import zip_longest
from pathlib import Path

import duckdb
import pyarrow as pa

from dmlr.check.difference import REMEDY, DifferenceError, difference
from dmlr.check.relations import compare

BEFORE, BEHIND = 40, 60  # characters of a line that are shown before and behind where it differs
# Names the code that wrote a file: another code may write the same numbers.
PROVENANCE = re.compile(rb"(provenance |dmlr show )[0-9a-f]{12}\b")


def compare_folders(stored: Path, derived: Path, *, without: Collection[str] = ()) -> int:
    """Compare every file with the one of the same name, and count them.

    Parquet is compared by its rows, all else byte by byte.

    Args:
        stored: the folder to be checked.
        derived: what the records make of it.
        without: folders in it that are left out.

    Raises:
        DifferenceError: a file is missing or surplus, or differs.
    """
    names, others = _names(derived, without), _names(stored, without)
    for name in names:
        if name not in others:
            raise DifferenceError(f"{stored / name}: is missing; run snakemake again")
        compare_file(stored / name, derived / name)
    for name in others:
        if name not in names:
            raise DifferenceError(f"{stored / name}: no record makes it; remove it")
    return len(names)


def _names(folder: Path, without: Collection[str]) -> list[Path]:
    """All files by their path in the folder, but what begins with a dot: those are being written."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(f for f in files if f.parts[0] not in without and not f.name.startswith("."))


def compare_file(stored: Path, derived: Path) -> None:
    """Compare one file.

    Raises:
        DifferenceError: it differs; the message names the first row and column, or the first line.
    """
    if stored.suffix == ".parquet":
        _compare_rows(stored, derived)
    elif _bytes(stored) != _bytes(derived):
        if stored.suffix == ".csv":
            _compare_cells(stored, derived)
        _compare_lines(stored, derived)


def _bytes(path: Path) -> bytes:
    return PROVENANCE.sub(rb"\1", path.read_bytes())


def _compare_rows(stored: Path, derived: Path) -> None:
    with duckdb.connect() as opened:
        try:
            one, other = (opened.read_parquet(str(path)) for path in (stored, derived))
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise DifferenceError(f"{stored}: must be Parquet, got {reason}; {REMEDY}") from None
        compare(one, other, opened, str(stored), rounded=True)


def _compare_cells(stored: Path, derived: Path) -> None:
    """Name the cell that differs; say nothing where no cell does, or the file is no CSV any more."""
    try:
        tables = _cells(stored), _cells(derived)
    except (csv.Error, ValueError):
        return
    with duckdb.connect() as opened:
        one, other = map(opened.from_arrow, tables)
        compare(one, other, opened, str(stored))


def _cells(path: Path) -> pa.Table:
    """A CSV file as a table of texts; what a row lacks is NULL."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = [[row[i] if i < len(row) else None for row in rows] for i in range(len(header))]
    return pa.table([pa.array(column, pa.string()) for column in columns], names=header)


def _compare_lines(stored: Path, derived: Path) -> None:
    lines = [_bytes(path).decode("utf-8", "replace").splitlines() for path in (derived, stored)]
    for number, (one, other) in enumerate(zip_longest(*lines), start=1):
        if one != other:
            place = _first_unlike(one or "", other or "")
            part = slice(max(0, place - BEFORE), place + BEHIND)
            shown = [line and line[part] for line in (one, other)]
            raise difference(f"{stored}:{number}", f"what stands at character {place + 1}", *shown)
    raise difference(str(stored), "line ends", "those of the records", "others")


def _first_unlike(one: str, other: str) -> int:
    pairs = enumerate(zip_longest(one, other))
    return next((place for place, (a, b) in pairs if a != b), 0)
