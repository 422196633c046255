"""The subcommand ``status``."""

import sys
from typing import Annotated

import typer

from dmlr.commands.options import ConfigFiles

WIDTH = 160  # columns where nobody sees a terminal, so that a run stays on its line


def status(
    configfile: ConfigFiles = None,
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
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    (follow if watch else show)(Watch(experiment), console, everything=everything)
