"""The subcommand ``figure``."""

from pathlib import Path
from typing import Annotated

import typer


def figure(
    name: Annotated[str, typer.Argument(help="figure2, 3, 4, 6, 7, 8, 9, 10 or 11.")],
    told: Annotated[str, typer.Option("--settings", help="What determines the result, as JSON.")],
    database: Annotated[Path, typer.Option(help="Database of the aggregate stage.")],
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")],
    out: Annotated[Path, typer.Option(help="Folder of the figures.")],
) -> None:
    """Draw a figure of the paper, with its data and its caption beside it."""
    # Imported only now: matplotlib takes a second, and a mistake should not.
    from dmlr import config
    from dmlr.figures.figure import figure as stage
    from dmlr.figures.told import FigureSettings

    stage(name, config.parse(FigureSettings, told, stage="figure"), database, results, out)
