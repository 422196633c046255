"""Questions to the database, and their answers as text."""

import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dmlr.errors import ConfigError
from dmlr.spreadsheet import SafeCsv
from dmlr.store.opening import is_damage
from dmlr.store.rows import markdown_text

Form = Literal["table", "csv", "json", "markdown"]
WIDE = 10_000  # columns of a console that is a file or a pipe: nothing is cut or broken there
NAMES = 'dmlr sql "SHOW TABLES" and dmlr sql "DESCRIBE runs" name what there is'


@dataclass(frozen=True)
class Rows:
    """What a statement found; no header where it finds nothing by its nature."""

    header: Sequence[str]
    rows: Sequence[Sequence[Any]]


def ask(database: duckdb.DuckDBPyConnection, statement: str) -> Rows:
    """What a statement of SQL finds.

    Raises:
        ConfigError: DuckDB refuses it.
    """
    try:
        found = database.execute(statement)
        header = [column[0] for column in found.description or ()]
        return Rows(header, found.fetchall())
    except duckdb.Error as error:
        if is_damage(error):  # no fault of the statement
            raise
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(f"sql: {reason}; {NAMES}") from None


def printed(found: Rows, form: Form) -> str:
    """The rows as text. NULL is an empty field of CSV, null in JSON, and NULL for a reader."""
    if form == "csv":
        text = io.StringIO()
        SafeCsv(text, found.header).write(found.rows)
        return text.getvalue()
    if form == "json":
        rows = [dict(zip(found.header, row, strict=True)) for row in found.rows]
        return json.dumps(rows, indent=2, ensure_ascii=False, default=str) + "\n"
    words = [[*map(_word, row)] for row in found.rows]
    if form == "markdown":
        return markdown_text(found.header, words)
    return rendered(_table(found.header, words))


def rendered(what: Any) -> str:
    """What rich draws, as wide as the terminal; as wide as it is where nobody looks at one."""
    console = Console(file=io.StringIO(), width=None if sys.stdout.isatty() else WIDE)
    console.print(what)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*map(escape, header))
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def _word(value: Any) -> str:
    return "NULL" if value is None else str(value)
