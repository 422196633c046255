"""The subcommand ``audit``."""

import json
from pathlib import Path
from typing import Annotated

import typer


def audit(
    path: Annotated[
        Path, typer.Argument(help="JSON in the released format, or a prepared benchmark's folder.")
    ],
    loader: Annotated[
        str | None, typer.Option(help="Which benchmark it is; found out by itself otherwise.")
    ] = None,
    official: Annotated[
        Path | None, typer.Option(help="Folder with the official files, to compare with.")
    ] = None,
    image_root: Annotated[
        Path | None, typer.Option(help="Folder that the picture paths start in; reads pictures.")
    ] = None,
    max_samples: Annotated[int | None, typer.Option(min=1, help="The first so many rows.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole audit as JSON.")] = False,
) -> None:
    """Say what is doubtful in a benchmark's file: golds, options, duplicates, errata, score limits."""
    from rich.console import Console

    from dmlr.datasets.audit_file import Request, audit_of
    from dmlr.datasets.audit_table import print_audit

    found = audit_of(Request(path, loader, official, image_root, max_samples))
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print_audit(found, Console())
