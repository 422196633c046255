"""The subcommand ``doctor``."""

import typer

from dmlr.commands.options import ConfigFiles

STYLES = {"ok": "green", "warning": "yellow", "fault": "bold red"}


def doctor(
    configfile: ConfigFiles = None,
) -> None:
    """Say whether this machine has what the experiment needs, and what to do where it does not.

    Exit code 0: nothing is in its way. 1: something that it needs is missing or broken. Judges' servers
    are reached without asking anything that costs, and nothing is downloaded.
    """
    from rich.console import Console
    from rich.markup import escape

    from dmlr.doctor.doctor import doctor as checked

    console, faults = Console(highlight=False), 0
    for found in checked(configfile or []):
        mark = f"[{STYLES[found.verdict]}]{found.verdict:<7}[/]"
        console.print(f"{mark}  {found.subject:<24}  {escape(found.text)}", soft_wrap=True)
        faults += found.verdict == "fault"
    if faults:
        raise typer.Exit(1)
