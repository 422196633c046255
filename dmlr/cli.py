"""The command line: one subcommand per stage, and those for people.

A stage is told what determines its result as JSON (``--settings``) and where its files are. What a
subcommand needs is imported when it runs, so that help, completion and mistakes take no time. SIGTERM,
which a scheduler sends some seconds before its SIGKILL, ends with 143.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from dmlr import __version__
from dmlr.commands.answer import answer
from dmlr.commands.audit import audit
from dmlr.commands.bench import bench
from dmlr.commands.cache import Cache
from dmlr.commands.cache import app as cache_app
from dmlr.commands.check import check, export
from dmlr.commands.clean import clean
from dmlr.commands.compare import compare
from dmlr.commands.devices import GpuCount, GpuShare
from dmlr.commands.doctor import doctor
from dmlr.commands.eval import UNREAD, evaluate
from dmlr.commands.figures import figure
from dmlr.commands.ledger import app as ledger_app
from dmlr.commands.measures import attention, chains
from dmlr.commands.plan import plan
from dmlr.commands.status import status
from dmlr.commands.store import show, sql
from dmlr.commands.verify import verify
from dmlr.errors import DmlrError

HELP = """Measure what DMLR really does: plan an experiment, look at it, ask its results anything.

Snakemake runs an experiment: snakemake --cores 2 --configfile mine.yaml. These commands prepare and
watch it, answer single questions, and look at what came out.
"""
EXIT_CODES = (
    "Exit codes: 0 done; 1 a fault, named in a line on standard error, or found by doctor or check; "
    "2 a command line that cannot be read; 130 ended by Ctrl-C, 143 by SIGTERM."
)
app = typer.Typer(
    help=HELP,
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
Told = Annotated[str, typer.Option("--settings", help="What determines the result, as JSON.")]


def prepare(
    told: Told, out: Annotated[Path, typer.Option(help="Folder of the prepared benchmark.")]
) -> None:
    """Check a benchmark's rows and images and cut it into shards."""
    from dmlr import config
    from dmlr.datasets.prepare import prepare as stage
    from dmlr.datasets.told import PrepareSettings

    stage(config.parse(PrepareSettings, told, stage="prepare"), out)


def features(
    told: Told,
    shard: Annotated[
        list[Path], typer.Option(help="Shard file of the prepared benchmark; once for each shard.")
    ],
    store: Annotated[Path, typer.Option(help="Folder of the content-addressed features.")],
    out: Annotated[list[Path], typer.Option(help="Manifest to write; once for each shard.")],
    gpus: GpuCount = 1,
    gpu_share: GpuShare = 1,
    cache: Cache = None,
) -> None:
    """Compute the vision features of the shards' images that the store lacks."""
    from dmlr import config, settings
    from dmlr.commands import values
    from dmlr.devices.gpus import Gpus
    from dmlr.devices.lease import leased

    found = config.parse(settings.FeaturesSettings, told, stage="features")
    values.by_shard(shard, {"--out": out})
    devices = Gpus(gpus, gpu_share)
    with leased(devices):
        from dmlr.vlm.features import features as stage

        manifests = dict(zip(shard, out, strict=True))
        stage(found, store, manifests, gpus=devices, shared=cache)


def reason(
    told: Told,
    shard: Annotated[
        list[Path], typer.Option(help="Shard file of the prepared benchmark; once for each shard.")
    ],
    manifest: Annotated[
        list[Path], typer.Option(help="Its manifest of features; once for each shard.")
    ],
    store: Annotated[Path, typer.Option(help="Folder of the content-addressed features.")],
    predictions: Annotated[
        list[Path], typer.Option(help="Predictions to write; once for each shard.")
    ],
    traces: Annotated[
        list[Path], typer.Option(help="Optimisation traces to write; once for each shard.")
    ],
    batch_size: Annotated[
        str, typer.Option(help="Samples at once, or auto: as many as fit.")
    ] = "auto",
    gpus: GpuCount = 1,
    gpu_share: GpuShare = 1,
    cache: Cache = None,
) -> None:
    """Answer the samples of a run's shards; finished ones are in the journal and are not repeated."""
    from dmlr import config, settings
    from dmlr.commands import values
    from dmlr.devices.gpus import Gpus
    from dmlr.devices.lease import leased

    found = config.parse(settings.ReasonSettings, told, stage="reason")
    others = {"--manifest": manifest, "--predictions": predictions, "--traces": traces}
    paths, batch = values.by_shard(shard, others), values.batch_size(batch_size)
    devices = Gpus(gpus, gpu_share)
    with leased(devices):
        from dmlr.methods.reason import ShardFiles
        from dmlr.methods.reason import reason as stage

        shards = [ShardFiles(store, *files) for files in paths]
        stage(found, shards, batch=batch, gpus=devices, shared=cache)


def aggregate(
    told: Told,
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")],
    out: Annotated[Path, typer.Option(help="Database to write.")],
) -> None:
    """Build the database and the tables."""
    from dmlr import config
    from dmlr.store.aggregate import aggregate as stage
    from dmlr.store.told import AggregateSettings

    stage(config.parse(AggregateSettings, told, stage="aggregate"), results, out)


def report(
    told: Told,
    database: Annotated[Path, typer.Option(help="Database of the aggregate stage.")],
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")],
    out: Annotated[Path, typer.Option(help="Folder of the pages.")],
) -> None:
    """Render the pages."""
    from dmlr import config
    from dmlr.report.report import report as stage
    from dmlr.report.told import ReportSettings

    stage(config.parse(ReportSettings, told, stage="report"), database, results, out)


def version() -> None:
    """Print the version."""
    typer.echo(__version__)


# Groups of the help, in its order.
PANELS = {
    "Run": (doctor, plan, status),
    "Ask": (answer, bench),
    "Look": (compare, show, sql, check, audit),
    "Keep": (export, clean, version),
    "Stages, as snakemake runs them": (
        prepare, features, reason, chains, attention, verify, aggregate, figure, report,
    ),
}  # fmt: skip
for panel, commands in PANELS.items():
    for command_of_panel in commands:
        app.command(rich_help_panel=panel)(command_of_panel)
app.command(name="eval", context_settings=UNREAD, add_help_option=False, rich_help_panel="Run")(
    evaluate
)
app.add_typer(ledger_app, name="ledger", rich_help_panel="Keep")
app.add_typer(cache_app, name="cache", rich_help_panel="Keep")


class Terminated(SystemExit):
    """SIGTERM: blocks end as at a fault, so that locks are let go and temporary files removed."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; expected faults become lines without a traceback."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        app(arguments, prog_name="dmlr")
    except DmlrError as error:
        from dmlr.progress import say

        for line in str(error).splitlines():
            say(f"dmlr: error: {line}")
        sys.exit(1)
    except Terminated:
        from dmlr.progress import say

        say("dmlr: ended by SIGTERM; run the same again: what was finished is kept")
        raise


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated(128 + number)


if __name__ == "__main__":
    main()
