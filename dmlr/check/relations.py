"""Two tables that must have the same rows, compared by DuckDB: of databases, Parquet or CSV files."""

from itertools import zip_longest
from typing import Any

import duckdb

from dmlr.check.difference import REMEDY, DifferenceError, difference, shown

DIGEST = "SELECT count(*), sum(hash(rows)) FROM {} AS rows"
ONLY = "FROM {} EXCEPT ALL FROM {} ORDER BY ALL LIMIT 1"
Row = tuple[Any, ...]


def compare(
    stored: duckdb.DuckDBPyRelation,
    derived: duckdb.DuckDBPyRelation,
    database: duckdb.DuckDBPyConnection,
    place: str,
    *,
    rounded: bool = False,
) -> int:
    """Count the rows of a table, which are the stored ones in any order.

    Args:
        stored: the table as a file has it.
        derived: the same one as the records make it.
        database: where both are known.
        place: the file, and the table in it, for the message.
        rounded: compares fractions by seven digits: sums over many rows, which DuckDB adds in parallel,
            have other last digits every time.

    Raises:
        DifferenceError: a column, a row or a value differs.
    """
    columns = zip_longest(_header(derived), _header(stored))
    for number, (one, other) in enumerate(columns, start=1):
        if one != other:
            raise difference(place, f"column {number}", one, other)
    for name, relation in {"stored": stored, "derived": derived}.items():
        relation.project(_columns(relation, rounded=rounded)).create_view(name, replace=True)
    rows, digest = _row(database, DIGEST.format("derived")) or (0, None)
    if _row(database, DIGEST.format("stored")) != (rows, digest):
        raise _first(database, place, derived.columns)
    return int(rows)


def _header(relation: duckdb.DuckDBPyRelation) -> list[str]:
    return [f"{name} ({kind})" for name, kind in zip(relation.columns, relation.types, strict=True)]


def _columns(relation: duckdb.DuckDBPyRelation, *, rounded: bool) -> str:
    types = zip(relation.columns, relation.types, strict=True)
    double = {name for name, kind in types if rounded and str(kind) == "DOUBLE"}
    quoted = {name: f'"{name}"' for name in relation.columns}
    return ", ".join(
        f"CAST({column} AS FLOAT) AS {column}" if name in double else column
        for name, column in quoted.items()
    )


def _first(database: duckdb.DuckDBPyConnection, place: str, names: list[str]) -> DifferenceError:
    """The first row of the records that the file lacks, else the first that it has beyond them."""
    lacking = _row(database, ONLY.format("derived", "stored"))
    row = lacking or _row(database, ONLY.format("stored", "derived")) or ()
    key = dict(zip(_key(database, names), row, strict=False))
    where = f"{place}, {', '.join(f'{name} {shown(value)}' for name, value in key.items())}"
    if lacking is None:
        return DifferenceError(f"{where}: no record makes this row; {REMEDY}")
    same = " AND ".join(f'"{name}" IS NOT DISTINCT FROM ?' for name in key)
    found = _row(database, f"FROM stored WHERE {same} LIMIT 1", [*key.values()])
    for name, one, other in zip(names, lacking, found or (), strict=False):
        if one != other:
            return difference(where, name, one, other)
    return DifferenceError(f"{where}: the row that the records make is missing; {REMEDY}")


def _key(database: duckdb.DuckDBPyConnection, names: list[str]) -> list[str]:
    """The fewest first columns that tell all rows apart; tables of ours begin with their keys."""
    rows = _row(database, "SELECT count(*) FROM derived")
    for count in range(1, len(names)):
        key = ", ".join(f'"{name}"' for name in names[:count])
        asked = f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM derived)"  # noqa: S608
        if _row(database, asked) == rows:
            return names[:count]
    return names


def _row(
    database: duckdb.DuckDBPyConnection, asked: str, values: list[Any] | None = None
) -> Row | None:
    return next(iter(database.execute(asked, values or []).fetchall()), None)
