"""The subcommands ``sql`` and ``show``: any question to the database, and what its numbers came from."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

At = Annotated[Path, typer.Option(help="Database of the aggregate stage.")]
DATABASE = Path("results/dmlr.duckdb")


class Format(StrEnum):
    """How the rows of an answer are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"


def sql(
    statement: Annotated[str, typer.Argument(help="SQL; SHOW TABLES names what there is.")],
    database: At = DATABASE,
    form: Annotated[
        Format, typer.Option("--format", help="How the rows are printed.")
    ] = Format.TABLE,
) -> None:
    """Ask the database anything; it is only read, and docs/schema.md says what is in it."""
    # Imported only now: DuckDB takes time that no other subcommand should.
    from dmlr.store.opening import readable
    from dmlr.store.query import ask, printed

    with readable(database) as opened:
        typer.echo(printed(ask(opened, statement), form.value), nl=False)


def show(
    name: Annotated[
        str, typer.Argument(help="The id below a table, or its first characters; or a run's name.")
    ],
    database: At = DATABASE,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as one JSON object.")] = False,
) -> None:
    """Say what the numbers of a table, or of a run, came from."""
    from dmlr.store.expand import origin, tree
    from dmlr.store.opening import readable
    from dmlr.store.query import rendered

    with readable(database) as opened:
        found = origin(opened, name)
    if as_json:
        typer.echo(json.dumps(found.content, indent=2, ensure_ascii=False))
    else:
        typer.echo(rendered(tree(found)), nl=False)
