"""The subcommand ``compare``: two runs beside each other in a terminal, or as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

LISTED = 20  # rows of a list without --all
DATABASE = Path("results/dmlr.duckdb")


def compare(
    first: Annotated[
        str, typer.Argument(metavar="A", help="A run, or a part of its name that no other run has.")
    ],
    second: Annotated[str, typer.Argument(metavar="B", help="The run that it is compared with.")],
    database: Annotated[Path, typer.Option(help="Database with the runs.")] = DATABASE,
    other: Annotated[
        Path | None, typer.Option(help="Database with B, if it is in another one.")
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="Which one scores them; the experiment's first.")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="released, official or corrected; official where there is.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help=f"Not the first {LISTED} alone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare two runs of a benchmark, answer by answer: who is right where, and what differs first."""
    from rich.console import Console

    from dmlr.report.comparison import print_comparison
    from dmlr.store.compare import Asked
    from dmlr.store.compare import compare as compared

    found = compared(Asked(first, second, database, other or database, protocol, labels))
    if as_json:
        print(json.dumps(asdict(found), indent=2))
    else:
        print_comparison(found, Console(highlight=False), None if everything else LISTED)
