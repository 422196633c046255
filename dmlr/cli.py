"""The command line: one subcommand per stage. A rule of the workflow is one such line.

Each stage is told what determines its result as JSON (``--settings``) and where its files are. Expected
faults end with exit code 1 and one line per fault on standard error.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dmlr import __version__, config, settings
from dmlr.errors import DmlrError
from dmlr.progress import say

app = typer.Typer(
    help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)
Told = Annotated[str, typer.Option("--settings", help="What determines the result, as JSON.")]


@app.command()
def prepare(
    told: Told, out: Annotated[Path, typer.Option(help="Folder of the prepared benchmark.")]
) -> None:
    """Check a benchmark's rows and images and cut it into shards."""
    from dmlr.datasets.prepare import prepare as stage

    stage(config.parse(settings.PrepareSettings, told, stage="prepare"), out)


@app.command()
def features(
    told: Told,
    shard: Annotated[Path, typer.Option(help="Shard file of the prepared benchmark.")],
    store: Annotated[Path, typer.Option(help="Folder of the content-addressed features.")],
    out: Annotated[Path, typer.Option(help="The shard's manifest of features.")],
) -> None:
    """Compute the vision features of a shard's images that the store lacks."""
    from dmlr.vlm.features import features as stage

    stage(config.parse(settings.FeaturesSettings, told, stage="features"), shard, store, out)


@app.command()
def reason(
    told: Told,
    shard: Annotated[Path, typer.Option(help="Shard file of the prepared benchmark.")],
    manifest: Annotated[Path, typer.Option(help="The shard's manifest of features.")],
    store: Annotated[Path, typer.Option(help="Folder of the content-addressed features.")],
    predictions: Annotated[Path, typer.Option(help="Predictions to write.")],
    traces: Annotated[Path, typer.Option(help="Optimisation traces to write.")],
) -> None:
    """Answer the samples of one shard; finished ones are in the journal and are not repeated."""
    from dmlr.methods.reason import ShardFiles
    from dmlr.methods.reason import reason as stage

    found = config.parse(settings.ReasonSettings, told, stage="reason")
    stage(found, ShardFiles(shard, manifest, store, predictions, traces))


@app.command()
def verify(
    told: Told,
    shards: Annotated[list[Path], typer.Option("--shard", help="Shard files, in order.")],
    predictions: Annotated[list[Path], typer.Option(help="Their predictions, in order.")],
    out: Annotated[Path, typer.Option(help="Verdicts to write.")],
) -> None:
    """Score a run's predictions under one protocol."""
    from dmlr.verify.verify import verify as stage

    stage(config.parse(settings.VerifySettings, told, stage="verify"), shards, predictions, out)


@app.command()
def aggregate(
    told: Told,
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")],
    out: Annotated[Path, typer.Option(help="Database to write.")],
) -> None:
    """Build the database, the tables and the exports."""
    from dmlr.store.aggregate import aggregate as stage

    stage(config.parse(settings.AggregateSettings, told, stage="aggregate"), results, out)


@app.command()
def report(
    told: Told,
    database: Annotated[Path, typer.Option(help="Database of the aggregate stage.")],
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")],
    out: Annotated[Path, typer.Option(help="Folder of the pages.")],
) -> None:
    """Render the pages."""
    from dmlr.report.report import report as stage

    stage(config.parse(settings.ReportSettings, told, stage="report"), database, results, out)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; expected faults become lines without a traceback."""
    try:
        app(arguments, prog_name="dmlr")
    except DmlrError as error:
        for line in str(error).splitlines():
            say(f"dmlr: error: {line}")
        sys.exit(1)


if __name__ == "__main__":
    main()
