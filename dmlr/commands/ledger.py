"""The subcommands ``ledger``: what judges said and took, out of the file that keeps it."""

from pathlib import Path
from typing import Annotated

import typer

from dmlr.errors import ConfigError

HELP = "Look at what judges said and took, out of the file that keeps it."
app = typer.Typer(help=HELP, no_args_is_help=True)
At = Annotated[Path, typer.Option(help="The ledger's file.")]
LEDGER = Path("results/ledger.sqlite")


@app.command()
def usage(ledger: At = LEDGER) -> None:
    """Calls, tokens and seconds of every judge that was ever asked."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from dmlr.judge.ledger import Ledger

    table = Table("model", "server", "served model", "prompt")
    for name in ("calls", "unparsed", "input tokens", "output tokens", "seconds"):
        table.add_column(name, justify="right")
    with Ledger.opened(_there(ledger)) as opened:
        for one in opened.usage():
            names = (one.judge_model, one.base_url, one.served_model, one.prompt_digest[:12])
            counts = (one.calls, one.unparsed, one.input_tokens, one.output_tokens)
            table.add_row(*map(escape, names), *map(str, counts), f"{one.seconds:.1f}")
    Console().print(table)


@app.command()
def compact(ledger: At = LEDGER) -> None:
    """Drop replies that a later one of the same call has replaced."""
    from dmlr.judge.ledger import Ledger

    with Ledger.opened(_there(ledger)) as opened:
        typer.echo(f"{ledger}: {opened.compact()} replaced replies dropped")


@app.command(name="export")
def export_command(
    out: Annotated[Path, typer.Argument(help="File to write: .jsonl or .csv.")],
    ledger: At = LEDGER,
) -> None:
    """Write every judgement, as JSON lines or CSV."""
    from dmlr.judge.export import export
    from dmlr.judge.ledger import Ledger

    with Ledger.opened(_there(ledger)) as opened:
        typer.echo(f"{out}: {export(opened, out)} judgements")


def _there(ledger: Path) -> Path:
    if not ledger.is_file():
        raise ConfigError(f"{ledger}: must be a ledger, found none; no judge has been asked here")
    return ledger
