"""The subcommand ``plan``."""

from pathlib import Path
from typing import Annotated

import typer


def plan(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", help="As for snakemake; none: everything."),
    ] = None,
    configfile: Annotated[
        list[Path] | None, typer.Option(help="As for snakemake; several times for several.")
    ] = None,
) -> None:
    """Say what would run and why, how long it would take and what it would cost; nothing is started.

    Time is that of one device, by the answers that are here, or by what dmlr bench wrote to results/bench.
    Judges are not asked: what rules leave open and the ledger does not know is counted.
    """
    from dmlr.plan.plan import plan as planned
    from dmlr.plan.plan import text

    typer.echo(text(planned(configfile or [], targets or [])), nl=False)
