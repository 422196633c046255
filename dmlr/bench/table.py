"""The figures of a bench as tables for people."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from dmlr.bench.baselines import Baselines, Comparison
from dmlr.bench.figures import BatchFigures

GIB = 2**30


def show(
    conditions: dict[str, Any],
    image_ms: float,
    batches: Sequence[BatchFigures],
    baselines: Baselines | None,
) -> None:
    """Print conditions, figures by batch size, and comparisons with the naive algorithm if any."""
    console = Console(highlight=False)
    console.print(_heading(conditions), soft_wrap=True)
    console.print(f"encode one image of {conditions['image_tokens']} tokens: {image_ms:.1f} ms")
    console.print(_by_batch(batches))
    if baselines is not None:
        console.print(_beside_oracle(baselines))


def _heading(conditions: dict[str, Any]) -> str:
    told = conditions
    packages = told["machine"]["installed"]
    return (
        f"{told['model']}: {told['parameters']:,} parameters, {told['dtype']} on {told['device']} "
        f"({told['threads']} CPU threads), torch {packages['torch']}, transformers "
        f"{packages['transformers']}\nprefix of {told['prefix_tokens']} tokens, vocabulary "
        f"{told['vocabulary']}, {told['new_tokens']} new tokens; medians of {told['repeats']}"
    )


def _by_batch(batches: Sequence[BatchFigures]) -> Table:
    table = Table("", *(f"batch {found.batch}" for found in batches), title="Engine")
    for column in table.columns[1:]:
        column.justify = "right"
    columns = [_column(found) for found in batches]
    for label in columns[0]:
        table.add_row(label, *(column[label] for column in columns))
    return table


def _column(found: BatchFigures) -> dict[str, str]:
    joint, paper, whole = found.joint, found.paper, found.end_to_end
    return {
        "prefill, ms": f"{found.prefill_ms:.1f}",
        "decode step, ms": f"{found.decode_step_ms:.2f}",
        "joint step, ms": f"{joint.milliseconds:.2f}",
        "  passes, tokens of a row": f"{joint.passes:g}, {joint.tokens:g}",
        "plain passes of as many tokens, ms": f"{found.plain_ms:.2f}",
        "joint step / plain passes": f"{found.joint_over_plain:.2f}",
        "joint step, in decode steps": f"{joint.decode_steps:.2f}",
        "dmlr-paper step, ms": f"{paper.milliseconds:.2f}",
        "  passes (mean)": f"{paper.passes:.1f}",
        "dmlr-paper step, in decode steps": f"{paper.decode_steps:.2f}",
        "vanilla, samples/s": f"{whole.vanilla_samples_per_second:.3f}",
        "dmlr-paper, samples/s": f"{whole.dmlr_samples_per_second:.3f}",
        "dmlr-paper time / vanilla time": f"{whole.time_ratio:.2f}",
        "  floor: its passes as decode steps": f"{whole.floor:.2f}",
        "  passes of its search": str(whole.search_passes),
        "peak memory, GiB": f"{found.peak_bytes / GIB:.2f}",
    }


def _beside_oracle(baselines: Baselines) -> Table:
    table = Table("", "joint", "released", title="One step, naive and by the engine, batch 1")
    for column in table.columns[1:]:
        column.justify = "right"
    joint, released = _compared(baselines.joint), _compared(baselines.released)
    for label, value in joint.items():
        table.add_row(label, value, released[label])
    return table


def _compared(found: Comparison) -> dict[str, str]:
    return {
        "naive step, ms": f"{found.oracle_ms:.1f}",
        "  passes of it": f"{found.oracle_passes:g}",
        "engine's step, ms": f"{found.engine_ms:.2f}",
        "  passes of this": f"{found.engine_passes:g}",
        "naive / engine": f"{found.ratio:.1f}",
        "naive / engine, per pass": f"{found.ratio_per_pass:.1f}",
        "naive step, in decode steps": f"{found.oracle_decode_steps:.1f}",
    }
