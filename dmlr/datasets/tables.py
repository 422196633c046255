"""Rows of Parquet, CSV and JSON-lines files, with every fault named by file and row."""

import csv
import dataclasses
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dmlr.datasets.answers import INTEGER
from dmlr.datasets.pictures import Picture, held
from dmlr.errors import DataError


class Row:
    """One row whose fields are asked for by type.

    Every accessor raises ``DataError`` with one line where the field is of another type.
    """

    def __init__(self, place: str, fields: Mapping[str, Any], picture: Picture | None) -> None:
        """Args: file and number of the row, its fields, and its picture where the table holds one."""
        self.place, self.fields, self.picture = place, fields, picture

    def text(self, name: str) -> str:
        """A text."""
        value = self.fields[name]
        if not isinstance(value, str):
            raise self.fault(name, "text")
        return value

    def optional_text(self, name: str) -> str:
        """A text, empty where the field is null or the column is not there."""
        return "" if self.fields.get(name) is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty where it is null."""
        value = self.fields[name] or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(name, "a list of texts")
        return tuple(value)

    def integer(self, name: str) -> int:
        """A whole number; text of digits counts, as CSV has no other."""
        value = self.fields[name]
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole or (isinstance(value, str) and INTEGER.fullmatch(value.strip())):
            return int(value)
        raise self.fault(name, "a whole number")

    def optional_number(self, name: str) -> float | None:
        """A number, None where it is null."""
        value = self.fields[name]
        if value is None or isinstance(value, int | float):
            return value
        raise self.fault(name, "a number or null")

    def fields_of(self, name: str) -> "Row":
        """The fields of a struct as a row of their own; an absent struct has none."""
        value = self.fields.get(name) or {}
        if not isinstance(value, dict):
            raise self.fault(name, "an object")
        return Row(f"{self.place}: {name}", value, None)

    def picture_called(self, name: str) -> Picture:
        """The row's picture by its source's name; where there is none, reading it says so."""
        return dataclasses.replace(self.picture or held(name, None), name=name)

    def fault(self, name: str, rule: str) -> DataError:
        """The error of a field that breaks a rule."""
        return DataError(f"{self.place}: {name} must be {rule}, got {self.fields[name]!r:.120}")


def parquet(paths: Sequence[Path], columns: Sequence[str], *, image: str) -> list[Row]:
    """Rows of Parquet files in order; ``image`` is a column of the hub's Image feature.

    Raises:
        DataError: a file is damaged or cut short, or lacks a column.
    """
    return [row for path in paths for row in _parquet(path, columns, image)]


def _parquet(path: Path, columns: Sequence[str], image: str) -> Iterator[Row]:
    try:
        table = pq.read_table(path)
        _need(path, [*columns, image], table.column_names)
        rows = table.drop_columns([image]).to_pylist()
    # ValueError: text that is no UTF-8, because a byte of it has changed.
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).replace(f"Could not open Parquet input source '{path}': ", "")
        reason = reason.splitlines()[0][:160]
        raise DataError(
            f"{path}: must be a whole Parquet file ({reason}); remove it and fetch it again"
        ) from None
    pictures = table.column(image)
    for number, fields in enumerate(rows):
        name = f"row {number}"
        found = None
        if pictures[number].is_valid:
            found = _feature(f"{path.name}, {name}", pictures[number])
        yield Row(f"{path}: {name}", fields, found)


def _feature(name: str, cell: Any) -> Picture:
    """The Image feature: a struct of bytes and path. Its bytes are copied only when they are read."""

    def read() -> bytes:
        found = cell.get("bytes") if pa.types.is_struct(cell.type) else cell
        content = None if found is None else found.as_py()
        if not isinstance(content, bytes | None):
            raise DataError(f"image must be bytes, got {content!r:.80}")
        return held(name, content).read()

    return Picture(name, read)


def csv_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Rows of a CSV file.

    Raises:
        DataError: the file is no UTF-8 text or lacks a column.
    """
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        _need(path, columns, reader.fieldnames or [])
        rows = list(reader)
    except csv.Error as error:
        raise DataError(f"{path}: line {reader.reader.line_num} must be CSV ({error})") from None
    return [Row(f"{path}: row {number}", row, None) for number, row in enumerate(rows)]


def json_lines(path: Path, columns: Sequence[str]) -> list[Row]:
    """Rows of a file with one JSON object per line.

    Raises:
        DataError: a line is no JSON object, or lacks a field.
    """
    rows = []
    for number, line in enumerate(_text(path).split("\n")):
        if line.strip():
            place = f"{path}: line {number + 1}"
            try:
                fields = json.loads(line)
            except ValueError as error:
                raise DataError(f"{place} must be a JSON object ({error})") from None
            _need(place, columns, fields if isinstance(fields, dict) else [])
            rows.append(Row(place, fields, None))
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: must be a readable UTF-8 file ({error})") from None


def _need(place: Path | str, columns: Sequence[str], found: Sequence[str] | dict[str, Any]) -> None:
    missing = [name for name in columns if name not in found]
    if missing:
        raise DataError(
            f"{place}: must have the columns {', '.join(columns)}; lacks {', '.join(missing)} "
            f"(found {', '.join(found) or 'none'}): is it another data set, or another revision?"
        )
