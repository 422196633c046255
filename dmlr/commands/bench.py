"""The subcommand ``bench``."""

from pathlib import Path
from typing import Annotated

import typer


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
    from dmlr.commands import values

    entry = values.model_entry(model or "embedded:shapes-1m", dtype=dtype)
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
