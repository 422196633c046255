"""The subcommand ``status``."""

from pathlib import Path
from typing import Annotated

import typer


def status(
    configfile: Annotated[
        list[Path] | None, typer.Option(help="As for snakemake; several times for several.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")] = Path("results"),
    reports: Annotated[Path, typer.Option(help="Folder of the pages.")] = Path("reports"),
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on looking until all is done, or Ctrl-C.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="List every run, finished ones too.")
    ] = False,
) -> None:
    """Say what is done, at work, failed and left, by the files that are there.

    What is there may be of other settings than the configuration's: dmlr plan says what would run again.
    """
    from rich.console import Console

    from dmlr import config
    from dmlr.merged import configuration
    from dmlr.status.status import Watch
    from dmlr.status.view import follow, show

    experiment = config.load(*configuration(configfile or []))
    (follow if watch else show)(
        Watch(experiment, results, reports), Console(highlight=False), everything=everything
    )
