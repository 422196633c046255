"""The command line: one subcommand per stage, one to ask a single question, one to measure.

Each stage is told what determines its result as JSON (``--settings``) and where its files are. Expected
faults end with exit code 1 and one line per fault on standard error.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dmlr import __version__, command, config, settings
from dmlr.cli_check import check, export
from dmlr.cli_compare import compare
from dmlr.cli_devices import GpuCount, GpuShare
from dmlr.cli_eval import UNREAD, evaluate
from dmlr.cli_figures import figure
from dmlr.cli_ledger import app as ledger_app
from dmlr.cli_measures import attention, chains
from dmlr.cli_store import show, sql
from dmlr.cli_verify import verify
from dmlr.datasets.told import PrepareSettings
from dmlr.devices.gpus import Gpus
from dmlr.devices.lease import leased
from dmlr.errors import ConfigError, DmlrError
from dmlr.progress import say
from dmlr.report.told import ReportSettings
from dmlr.store.told import AggregateSettings

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

    stage(config.parse(PrepareSettings, told, stage="prepare"), out)


@app.command()
def features(
    told: Told,
    shard: Annotated[
        list[Path], typer.Option(help="Shard file of the prepared benchmark; once for each shard.")
    ],
    store: Annotated[Path, typer.Option(help="Folder of the content-addressed features.")],
    out: Annotated[list[Path], typer.Option(help="Manifest to write; once for each shard.")],
    gpus: GpuCount = 1,
    gpu_share: GpuShare = 1,
) -> None:
    """Compute the vision features of the shards' images that the store lacks."""
    found = config.parse(settings.FeaturesSettings, told, stage="features")
    command.by_shard(shard, {"--out": out})
    devices = Gpus(gpus, gpu_share)
    with leased(devices):
        from dmlr.vlm.features import features as stage

        stage(found, store, dict(zip(shard, out, strict=True)), gpus=devices)


@app.command()
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
) -> None:
    """Answer the samples of a run's shards; finished ones are in the journal and are not repeated."""
    found = config.parse(settings.ReasonSettings, told, stage="reason")
    others = {"--manifest": manifest, "--predictions": predictions, "--traces": traces}
    paths, batch = command.by_shard(shard, others), command.batch_size(batch_size)
    devices = Gpus(gpus, gpu_share)
    with leased(devices):
        from dmlr.methods.reason import ShardFiles
        from dmlr.methods.reason import reason as stage

        stage(found, [ShardFiles(store, *files) for files in paths], batch=batch, gpus=devices)


app.command()(chains)
app.command()(attention)
app.command()(verify)
app.command()(sql)
app.command()(show)
app.command()(check)
app.command()(compare)
app.command()(export)
app.command(name="eval", context_settings=UNREAD, add_help_option=False)(evaluate)
app.add_typer(ledger_app, name="ledger")


@app.command()
def aggregate(
    told: Told,
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")],
    out: Annotated[Path, typer.Option(help="Database to write.")],
) -> None:
    """Build the database and the tables."""
    from dmlr.store.aggregate import aggregate as stage

    stage(config.parse(AggregateSettings, told, stage="aggregate"), results, out)


app.command()(figure)


@app.command()
def report(
    told: Told,
    database: Annotated[Path, typer.Option(help="Database of the aggregate stage.")],
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")],
    out: Annotated[Path, typer.Option(help="Folder of the pages.")],
) -> None:
    """Render the pages."""
    from dmlr.report.report import report as stage

    stage(config.parse(ReportSettings, told, stage="report"), database, results, out)


@app.command()
def answer(
    question: Annotated[str, typer.Option(help="The question.")],
    image: Annotated[Path | None, typer.Option(help="The picture it is about.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="An option to choose from; once for each, in order.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="A checkpoint directory, a hub id, or embedded:shapes-1m.")
    ] = "embedded:shapes-1m",
    revision: Annotated[
        str | None, typer.Option(help="Commit of a hub id, which needs one.")
    ] = None,
    offline: Annotated[bool, typer.Option(help="Use only what the local hub cache holds.")] = False,
    dtype: Annotated[str, typer.Option(help="float32, bfloat16 or float16.")] = "float32",
    device: Annotated[str | None, typer.Option(help="cpu, cuda, ...; the best there is.")] = None,
    profile: Annotated[
        str, typer.Option(help="A name of config/profiles.yaml or config/profiles-controls.yaml.")
    ] = "dmlr-paper",
    change: Annotated[
        list[str] | None, typer.Option("--set", help="field=value: change one of the profile.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Run seed.")] = 42,
    sample_id: Annotated[
        str, typer.Option(help="Seeds the noise with the run seed; a run's id gives its answer.")
    ] = "answer",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    full: Annotated[bool, typer.Option(help="With --json: the final latents too.")] = False,
    trace: Annotated[
        Path | None, typer.Option(help="Print the steps; write this PNG with the patches.")
    ] = None,
) -> None:
    """Answer one question about one picture, by any profile."""
    if full and not as_json:
        raise ConfigError("--full: goes with --json")
    if trace and image is None:
        raise ConfigError("--trace: draws on the picture, so it goes with --image")
    entry = command.model_entry(model, revision=revision, offline=offline, dtype=dtype)
    changed, chosen = command.chosen(entry, profile, change or [])
    card = command.card_for(model, profile, chosen)
    # Imported only now: torch takes seconds, and a mistake should not.
    from dmlr.methods.single import Single, answer_single

    asked = Single(image, question, option or [], changed, chosen, seed, sample_id, device, card)
    answer_single(asked, as_json=as_json, full=full, trace=trace)


@app.command()
def bench(
    shape: Annotated[
        str, typer.Option(help="Random weights: tiny, small, qwen2.5-vl-3b, qwen3-vl-8b, ...")
    ] = "small",
    model: Annotated[
        str | None, typer.Option(help="A checkpoint instead: a directory, or embedded:shapes-1m.")
    ] = None,
    dtype: Annotated[str, typer.Option(help="float32, bfloat16 or float16.")] = "float32",
    device: Annotated[str | None, typer.Option(help="cpu, cuda, ...; the best there is.")] = None,
    batch: Annotated[
        list[int] | None, typer.Option(min=1, help="A batch size; several times for several.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Times that each thing is timed.")] = 3,
    new_tokens: Annotated[int, typer.Option(min=2, help="Tokens of a reply.")] = 64,
    baselines: Annotated[
        bool, typer.Option(help="Measure the naive algorithm too (minutes on a real shape).")
    ] = True,
    out: Annotated[Path | None, typer.Option(help="JSON with all numbers and conditions.")] = None,
) -> None:
    """Measure what a step costs, in decode steps, in plain passes, and beside the naive algorithm."""
    entry = command.model_entry(model or "embedded:shapes-1m", dtype=dtype)
    from dmlr.bench.bench import Request
    from dmlr.bench.bench import bench as measure
    from dmlr.vlm.device import best_device

    request = Request(
        shape=shape,
        model=entry if model else None,
        dtype=dtype,
        device=device or best_device(),
        batches=tuple(batch or (1, 8, 32)),
        repeats=repeats,
        new_tokens=new_tokens,
        baselines=baselines,
    )
    measure(request, out)


@app.command()
def plan(
    configfile: Annotated[
        list[Path] | None, typer.Option(help="As for snakemake; several times for several.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Folder of all stages' results.")] = Path("results"),
) -> None:
    """Say what the judges of an experiment would cost, without asking them."""
    from dmlr.merged import configuration
    from dmlr.plan import planned, table

    found = planned(config.load(*configuration(configfile or [])), results)
    if found:
        typer.echo(table(found), nl=False)
    else:
        say("plan: no protocol of the experiment asks a judge, so nothing costs anything")


@app.command(name="audit")
def audit_command(
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
