"""The page about the database, from its own comments: ``python -m dmlr.store.schema FILE``."""

import sys
from pathlib import Path

import duckdb

from dmlr.files import write_text
from dmlr.store.database import create

HEAD = """# The database

`dmlr aggregate` builds `results/dmlr.duckdb` by the files of dmlr/store/sql/; `dmlr sql` asks it.
This page is made from their comments by `python -m dmlr.store.schema docs/schema.md`; a test keeps the
two equal.
"""
RELATIONS = """
SELECT table_name AS name, 'table' AS kind, comment
FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary
UNION ALL
SELECT view_name AS name, 'view' AS kind, comment
FROM duckdb_views() WHERE database_name = current_database() AND NOT internal
ORDER BY kind, name
"""
COLUMNS = """
SELECT column_name, data_type, is_nullable, comment
FROM duckdb_columns() WHERE database_name = current_database() AND table_name = ?
ORDER BY column_index
"""
KEYS = """
SELECT constraint_text
FROM duckdb_constraints()
WHERE
    database_name = current_database()
    AND table_name = ?
    AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY', 'CHECK')
ORDER BY constraint_type = 'CHECK', constraint_type DESC, constraint_index
"""


def page() -> str:
    """The page as Markdown: every table and view with its keys, checks and columns."""
    with duckdb.connect() as database:
        create(database)
        relations = database.execute(RELATIONS).fetchall()
        return "\n".join([HEAD, *(_section(database, *relation) for relation in relations)])


def _section(database: duckdb.DuckDBPyConnection, name: str, kind: str, comment: str | None) -> str:
    columns = database.execute(COLUMNS, [name]).fetchall()
    keys = database.execute(KEYS, [name]).fetchall()
    lines = [f"## {name} ({kind})", "", comment or "", ""]
    lines += [_column(kind, *column) for column in columns]
    lines += ["", *(f"`{text}`  " for (text,) in keys)] if keys else []
    return "\n".join([*lines, ""])


def _column(kind: str, name: str, data_type: str, nullable: bool, comment: str | None) -> str:
    rule = "" if nullable or kind == "view" else " NOT NULL"
    return f"- `{name}` `{data_type}{rule}`: {comment or ''}"


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), page())
