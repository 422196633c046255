"""The subcommand ``eval``: the released command line, whose flags argparse reads as it does there."""

import typer

UNREAD = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def evaluate(context: typer.Context) -> None:
    """Run the command line of the authors' main.py; every flag of it is taken (--help lists them)."""
    # Imported only now: what it needs takes time that no other subcommand should.
    from dmlr.released.evaluate import evaluate as run

    run(context.args)
