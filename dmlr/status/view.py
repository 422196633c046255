"""A status for a terminal, once or live."""

import time
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from dmlr.status.runs import RunStatus
from dmlr.status.status import Status, Watch
from dmlr.units import duration

EVERY = 2.0  # seconds between two looks
LISTED = 20  # runs that are shown without --all
REASONS = 5  # reasons that are shown, each with its count


def show(watch: Watch, console: Console, *, everything: bool) -> None:
    """Print one look."""
    console.print(_shown(watch.look(), everything=everything))


def follow(watch: Watch, console: Console, *, everything: bool) -> None:
    """Show look after look until all is done, or until Ctrl-C, which is no fault."""
    found = watch.look()
    try:
        with Live(_shown(found, everything=everything), console=console) as live:
            while not found.finished:
                time.sleep(EVERY)
                found = watch.look()
                live.update(_shown(found, everything=everything))
    except KeyboardInterrupt:
        pass


def _shown(found: Status, *, everything: bool) -> RenderableType:
    parts: list[RenderableType] = [_stages(found)]
    runs = [run for run in found.runs if everything or run.left or run.failed]
    if runs:
        parts.append(_runs(runs if everything else runs[:LISTED]))
        if not everything and len(runs) > LISTED:
            parts.append(f"and {len(runs) - LISTED} more runs; --all lists them")
    parts += [
        f"{count} failed in {stage}: {escape(reason)}"
        for (stage, reason), count in found.reasons.most_common(REASONS)
    ]
    if len(found.reasons) > REASONS:
        parts.append(f"and {len(found.reasons) - REASONS} more reasons")
    parts += [escape(line) for line in found.working.lines]
    if found.seconds_left is not None:
        parts.append(f"about {duration(found.seconds_left)} until all samples are answered")
    return Group(*parts)


def _stages(found: Status) -> Table:
    table = Table("stage", "", box=None, pad_edge=False)
    for name in ("done", "of", "failed", "at work"):
        table.add_column(name, justify="right")
    for stage in found.stages:
        counts = (stage.done, stage.total, stage.failed.total() or "")
        jobs = stage.jobs or ""
        table.add_row(stage.name, stage.unit, *map(str, (*counts, jobs)))
    return table


def _runs(runs: Sequence[RunStatus]) -> Table:
    table = Table("run", box=None, pad_edge=False)
    for name in ("done", "of", "failed", "at work", "samples/s", "left"):
        table.add_column(name, justify="right")
    for run in runs:
        counts = (run.done, run.total, run.failed.total() or "", run.jobs or "")
        rate = "" if run.rate is None else f"{run.rate:.2f}"
        left = "" if not run.rate else duration(run.left / run.rate)
        table.add_row(escape(run.key.folder), *map(str, counts), rate, left)
    return table
