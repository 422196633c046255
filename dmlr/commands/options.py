"""Options that several subcommands share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigFiles = Annotated[
    list[Path] | None,
    typer.Option("--configfile", help="As for snakemake; several times for several."),
]
