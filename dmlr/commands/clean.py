"""The subcommand ``clean``."""

import sys
from typing import Annotated

import typer


def _stages() -> list[str]:
    """What the shell offers."""
    from dmlr.clean import PLACES

    return list(PLACES)


def clean(
    stages: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STAGE",
            autocompletion=_stages,
            help="benchmarks, features, runs, journals, measures, verdicts, ledger, tables, figures, "
            "exports, report, logs; none: only show what each takes.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Show what stages take on the disk, and delete what is named.

    Answers come back from the journals without a model, and verdicts of judges from the ledger: both are
    deleted only by their own names. What is deleted is made again by the next run of snakemake.
    """
    from dmlr.clean import delete, taken
    from dmlr.errors import ConfigError
    from dmlr.units import amount

    found = taken(stages or [])
    for one in found:
        files = "1 file" if one.files == 1 else f"{one.files} files"
        typer.echo(f"{one.stage:<10}  {amount(one.size):>10}  {files}")
    if not stages or not any(one.files for one in found):
        return
    if not yes and not sys.stdin.isatty():
        raise ConfigError("clean: asks before it deletes, and nobody is there; add --yes")
    if yes or typer.confirm("Delete all of this?"):
        delete(stages)
        typer.echo("deleted")
