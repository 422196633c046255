"""The subcommands about finished results: ``check`` derives them again, ``export`` hands a run over."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from dmlr.commands.options import ConfigFiles


def check(
    configfile: ConfigFiles = None,
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")] = Path("results"),
    reports: Annotated[Path, typer.Option(help="Folder of the pages.")] = Path("reports"),
    processes: Annotated[
        int | None, typer.Option(min=1, help="Runs that are scored at once; as many as CPUs.")
    ] = None,
) -> None:
    """Derive every number again from the stored records; the first that differs ends it with 1.

    Verdicts are scored again by the rules, with judges' replies from the ledger: nobody is asked. Then
    database, tables and pages are made anew in a temporary folder and compared with those that are
    there, which stay as they are. The stored predictions are trusted: to derive them takes the model.
    """
    from dmlr import config
    from dmlr.check.check import Places
    from dmlr.check.check import check as parts
    from dmlr.merged import configuration

    experiment = config.load(*configuration(configfile or []))
    for part in parts(
        experiment, Places(results, reports), processes=processes or os.cpu_count() or 1
    ):
        typer.echo(f"{part.name:<9} {part.compared}")
    typer.echo("every number comes out of the stored records")


Format = Literal["released", "jsonl", "csv"]


def export(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="RUN", help="A run's name, or a part that no other has."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All runs instead.")] = False,
    database: Annotated[Path, typer.Option(help="Database of the aggregate stage.")] = Path(
        "results/dmlr.duckdb"
    ),
    protocol: Annotated[
        str | None,
        typer.Option(help="Whose verdicts; the experiment's first for released, otherwise all."),
    ] = None,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="released: RUN/results.json and reward_logs/ as the authors' code writes them; "
            "jsonl, csv: RUN.jsonl or RUN.csv, a line per sample.",
        ),
    ] = "released",
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("results/exports"),
) -> None:
    """Write runs as files for other programs and people."""
    from dmlr.store.exports import Request, export_runs

    export_runs(database, Request(runs or [], every, protocol, form), out)
