"""The subcommand ``verify`` in its three uses: the stage, what judges still owe, a bare results.json."""

from pathlib import Path
from typing import Annotated

import typer

from dmlr.commands.cache import Cache
from dmlr.commands.ledger import LEDGER
from dmlr.errors import ConfigError

# Which options go with which use.
USES = {
    "--settings": ("--shard", "--predictions", "--out", "--ledger", "--cache", "--limits"),
    "--only-failed": ("--limits",),
    "--verify-only": ("--protocol", "--loader", "--out", "--ledger", "--limits"),
}


def verify(
    told: Annotated[
        str | None, typer.Option("--settings", help="What determines the result, as JSON.")
    ] = None,
    shards: Annotated[
        list[Path] | None, typer.Option("--shard", help="Shard files, in order.")
    ] = None,
    predictions: Annotated[
        list[Path] | None, typer.Option(help="Their predictions, in order.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Verdicts, or the rescored results.json, to write.")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Every judgement ever made, to add to; results/ledger.sqlite."),
    ] = None,
    cache: Cache = None,
    limits: Annotated[
        str, typer.Option(help="How the judge may be asked: concurrency=8,retries=4, ...")
    ] = "",
    only_failed: Annotated[
        Path | None,
        typer.Option(
            help="Folder of verdicts: ask judges again what failed or could not be read, nothing else.",
        ),
    ] = None,
    verify_only: Annotated[
        Path | None,
        typer.Option(
            "--verify-only",
            "--verify_only",
            help="A bare results.json to score again, and to write back (or to --out).",
        ),
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="With --verify-only: a name of config/protocols.yaml; paper.")
    ] = None,
    loader: Annotated[
        str | None,
        typer.Option(help="With --verify-only: which benchmark it is; found out by itself."),
    ] = None,
) -> None:
    """Score a run's predictions under one protocol; or ask again what judges owe; or rescore a file."""
    from dmlr import config
    from dmlr.commands import values

    uses = {"--settings": told, "--only-failed": only_failed, "--verify-only": verify_only}
    chosen = [name for name, value in uses.items() if value is not None]
    if len(chosen) != 1:
        raise ConfigError(
            "verify: needs one of --settings, --only-failed FOLDER, --verify-only FILE"
        )
    given = {
        "--shard": shards, "--predictions": predictions, "--out": out, "--ledger": ledger,
        "--cache": cache, "--limits": limits or None, "--protocol": protocol, "--loader": loader,
    }  # fmt: skip
    for name in given:
        if given[name] is not None and name not in USES[chosen[0]]:
            raise ConfigError(f"{name}: does not go with {chosen[0]}; leave it out")
    if only_failed is not None:
        from dmlr.verify.again import again

        again(only_failed, values.limits(limits))
    elif verify_only is not None:
        from dmlr.verify.results_file import rescore

        scoring = values.scoring(protocol or "paper", ledger or LEDGER, limits, loader)
        rescore(verify_only, scoring, out or verify_only)
    elif told is not None and shards and predictions and out:
        from dmlr.verify.protocol import VerifySettings
        from dmlr.verify.verify import RunFiles
        from dmlr.verify.verify import verify as stage

        settings = config.parse(VerifySettings, told, stage="verify")
        files = RunFiles(shards, predictions, out, ledger or LEDGER, cache and cache / LEDGER.name)
        stage(settings, files, values.limits(limits))
    else:
        raise ConfigError("verify: --settings goes with --shard, --predictions and --out")
