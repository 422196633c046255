"""Whether a database is the one that the records make."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from dmlr.check.difference import REMEDY, DifferenceError
from dmlr.check.relations import compare
from dmlr.errors import RecordError
from dmlr.store.opening import reported

NAMES = """
SELECT table_name AS name, FALSE AS is_view, table_oid AS position
FROM duckdb_tables() WHERE database_name = $database
UNION ALL
SELECT view_name, TRUE, view_oid
FROM duckdb_views() WHERE database_name = $database AND NOT internal
ORDER BY is_view, position
"""
# Rows that no number is made of, and that may differ: which code wrote the tables, when files were read,
# and all that the ledger held, which goes on growing.
LEFT_OUT = {"provenance": "kind = 'tables'", "sources": "TRUE", "judge_calls": "TRUE"}


@dataclass(frozen=True)
class Compared:
    """How many tables, views and rows are the same."""

    tables: int
    views: int
    rows: int


def compare_databases(stored: Path, derived: Path) -> Compared:
    """Compare every table and view row by row, tables first, in the order in which they were made.

    Raises:
        DifferenceError: one is missing or surplus, or a row of it differs.
        RecordError: the stored database is missing, damaged, or cannot be read.
    """
    with (
        duckdb.connect(config={"temp_directory": str(derived.parent)}) as opened,
        reported(stored),
    ):
        for name, path in {"stored_database": stored, "derived_database": derived}.items():
            _attach(opened, name, path)
        names, others = _names(opened, "derived_database"), _names(opened, "stored_database")
        for name in [*names, *others]:
            if (name in names) != (name in others):
                what = "is made by no record" if name in others else "is missing"
                raise DifferenceError(f"{stored}: the table {name} {what}; {REMEDY}")
        rows = 0
        for name, is_view in names.items():
            one, other = (_rows(opened, f"{of}_database", name) for of in ("stored", "derived"))
            rows += compare(one, other, opened, f"{stored}: {name}", rounded=is_view)
    views = sum(names.values())
    return Compared(len(names) - views, views, rows)


def _rows(opened: duckdb.DuckDBPyConnection, database: str, name: str) -> duckdb.DuckDBPyRelation:
    found = opened.table(f'{database}.main."{name}"')
    return found.filter(f"NOT ({LEFT_OUT[name]})") if name in LEFT_OUT else found


def _attach(opened: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    quoted = str(path).replace("'", "''")
    try:
        opened.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise RecordError(f"{path}: must be a database of dmlr, got {reason}; {REMEDY}") from None


def _names(opened: duckdb.DuckDBPyConnection, database: str) -> dict[str, bool]:
    """Name of a table or view -> True for a view."""
    found = opened.execute(NAMES, {"database": database}).fetchall()
    return {name: is_view for name, is_view, _ in found}
