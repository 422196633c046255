"""The subcommand ``plan``."""

from typing import Annotated

import typer

from dmlr.commands.options import ConfigFiles


def plan(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="TARGET", help="As for snakemake; none: everything."),
    ] = None,
    configfile: ConfigFiles = None,
    job_minutes: Annotated[
        int,
        typer.Option(min=1, help="Minutes that a job should last; told as shards_per_job."),
    ] = 30,
) -> None:
    """Say what would run and why, how long it would take and what it would cost; nothing is started.

    Time is that of one device, by the answers that are here, else by what dmlr bench wrote to
    results/bench. Judges are not asked: what rules leave open and the ledger does not know is counted.
    """
    from dmlr.plan.plan import plan as planned
    from dmlr.plan.plan import text

    typer.echo(text(planned(configfile or [], targets or [], job_minutes)), nl=False)
