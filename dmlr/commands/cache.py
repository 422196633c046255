"""The subcommands ``cache``: finished samples and features by content, for every experiment to take."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmlr.errors import RecordError

if TYPE_CHECKING:
    from dmlr.cache.groups import Group

HELP = "Look after what was finished before, for every experiment to take."
app = typer.Typer(help=HELP, no_args_is_help=True)
Cache = Annotated[
    Path | None,
    typer.Option(help="Folder of what was finished before, to take from and to add to; none."),
]
Folder = Annotated[Path, typer.Argument(help="Folder of the cache, `cache` of the configuration.")]
FOLDER = Path("results/cache")


@app.command()
def show(folder: Folder = FOLDER) -> None:
    """Say what the cache holds, by kind, model and method: entries, space, last use."""
    from dmlr.cache.groups import groups

    _print(groups(folder))


@app.command()
def verify(folder: Folder = FOLDER) -> None:
    """Read everything and compare checksums; damage ends it with 1.

    A job drops a damaged entry that it meets and makes it anew, so no number comes from one.
    """
    from dmlr.cache.groups import groups
    from dmlr.cache.verify import faults

    found = groups(folder)
    told = [line for group in found for line in faults(group)]
    if told:
        raise RecordError(
            "\n".join([*told, f"{folder}: {len(told)} faults; remove what they name"])
        )
    typer.echo(f"{folder}: {len(found)} files and folders are as they were written")


@app.command()
def prune(
    folder: Folder = FOLDER,
    max_size: Annotated[
        str | None, typer.Option(help="Keep at most so much: 50GB, 500MiB, ...")
    ] = None,
    older_than: Annotated[
        str | None, typer.Option(help="Remove what was not used for so long: 30d, 12h, ...")
    ] = None,
    keep: Annotated[
        list[Path] | None,
        typer.Option(help="Keep what the experiment of this configuration file needs; repeatable."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Remove only this kind; repeatable. The ledger goes only where named."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before removing.")] = False,
) -> None:
    """Remove what was not used for the longest time, after showing it.

    Nothing of a working directory is lost by it: what is removed is computed again where it is needed.
    """
    from dmlr.cache.groups import groups
    from dmlr.cache.limits import kinds, limits
    from dmlr.cache.needed import needed_by
    from dmlr.cache.prune import chosen, remove
    from dmlr.config import load
    from dmlr.merged import configuration

    told = limits(max_size, older_than)
    wanted = kinds(kind)
    needed = needed_by([load(*configuration([path])) for path in keep or []])
    going = chosen(groups(folder), wanted, told, needed, now=time.time())
    if not going:
        typer.echo(f"{folder}: within the limits, nothing to remove")
        return
    _print(going)
    if not yes:
        typer.confirm("Remove all of this?", abort=True)
    for group in going:
        remove(group)
    typer.echo(f"{folder}: removed")


def _print(found: Sequence["Group"]) -> None:
    """A row for each kind, model and method, and the sum."""
    from rich.console import Console

    from dmlr.cache.table import table

    Console().print(table(found, now=time.time()))
