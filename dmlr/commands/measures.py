"""The subcommands ``chains`` and ``attention``: what the figures need beyond the answers."""

from pathlib import Path
from typing import Annotated

import typer

from dmlr.commands.cache import Cache
from dmlr.commands.devices import GpuCount, GpuShare

Told = Annotated[str, typer.Option("--settings", help="What determines the result, as JSON.")]
Shard = Annotated[Path, typer.Option(help="Shard file of the prepared benchmark.")]
Manifest = Annotated[Path, typer.Option(help="The shard's manifest of features.")]
Store = Annotated[Path, typer.Option(help="Folder of the content-addressed features.")]


def chains(
    told: Told,
    shard: Annotated[
        list[Path], typer.Option(help="Shard file of the prepared benchmark; once for each shard.")
    ],
    manifest: Annotated[
        list[Path], typer.Option(help="Its manifest of features; once for each shard.")
    ],
    store: Store,
    predictions: Annotated[
        list[Path], typer.Option(help="Its predictions, which are measured; once for each shard.")
    ],
    out: Annotated[list[Path], typer.Option(help="Chains to write; once for each shard.")],
    batch_size: Annotated[
        str, typer.Option(help="Replies at once, or auto: as many as fit.")
    ] = "auto",
    gpus: GpuCount = 1,
    gpu_share: GpuShare = 1,
    cache: Cache = None,
) -> None:
    """Measure what the shards' replies owe to the picture, and what each of their steps adds."""
    from dmlr import config
    from dmlr.commands import values
    from dmlr.devices.gpus import Gpus
    from dmlr.devices.lease import leased
    from dmlr.measures.told import ChainsSettings

    found = config.parse(ChainsSettings, told, stage="chains")
    others = {"--manifest": manifest, "--predictions": predictions, "--out": out}
    paths, batch = values.by_shard(shard, others), values.batch_size(batch_size)
    devices = Gpus(gpus, gpu_share)
    with leased(devices):
        from dmlr.measures.chains import ChainFiles
        from dmlr.measures.chains import chains as stage

        shards = [ChainFiles(store, *files) for files in paths]
        stage(found, shards, batch=batch, gpus=devices, shared=cache)


def attention(
    told: Told,
    shard: Shard,
    manifest: Manifest,
    store: Store,
    baseline: Annotated[Path, typer.Option(help="The baseline's predictions of the shard.")],
    traces: Annotated[Path, typer.Option(help="The run's traces of the shard, to compare with.")],
    out: Annotated[Path, typer.Option(help="Attention maps to write.")],
    embeddings: Annotated[Path, typer.Option(help="Embeddings to write.")],
    gpus: GpuCount = 1,
    gpu_share: GpuShare = 1,
    cache: Cache = None,
) -> None:
    """Keep where the think tokens of a shard's first samples look, beside the baseline's replies."""
    from dmlr import config
    from dmlr.devices.gpus import Gpus
    from dmlr.devices.lease import leased
    from dmlr.measures.told import AttentionSettings

    found, devices = config.parse(AttentionSettings, told, stage="attention"), Gpus(gpus, gpu_share)
    with leased(devices):
        from dmlr.measures.attention import AttentionFiles
        from dmlr.measures.attention import attention as stage

        files = AttentionFiles(shard, manifest, store, baseline, traces, out, embeddings)
        stage(found, files, gpus=devices, shared=cache)
