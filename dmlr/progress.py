"""Samples done, rate and remaining time: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

LINE_EVERY = 10.0  # seconds between two plain lines


class Advance(Protocol):
    """Called once per finished sample."""

    def __call__(self) -> None:
        """One more is done."""


def say(text: str) -> None:
    """One line for people, on standard error, where the rules collect their logs."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def progress(label: str, total: int, *, done: int = 0, unit: str = "samples") -> Iterator[Advance]:
    """Show the progress of a loop; ``done`` of ``total`` were finished before it began."""
    if sys.stderr.isatty():
        with _bar(unit) as bar:
            task = bar.add_task(label, total=total, completed=done)
            yield lambda: bar.advance(task)
    else:
        lines = _Lines(label, total, done, unit)
        yield lines.advance
        lines.show()


def _bar(unit: str) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(unit),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


class _Rate(ProgressColumn):
    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def render(self, task: Task) -> Text:
        return Text(self.unit if task.speed is None else f"{self.unit}, {task.speed:.1f}/s")


class _Lines:
    def __init__(self, label: str, total: int, done: int, unit: str) -> None:
        self.label, self.total, self.done, self.unit = label, total, done, unit
        self.before = done
        self.started = self.shown = time.monotonic()

    def advance(self) -> None:
        self.done += 1
        if time.monotonic() - self.shown >= LINE_EVERY:
            self.show()

    def show(self) -> None:
        self.shown = time.monotonic()
        rate = (self.done - self.before) / max(self.shown - self.started, 1e-9)
        left = f", {(self.total - self.done) / rate:.0f} s left" if rate > 0 else ""
        speed = f", {rate:.1f}/s" if rate > 0 else ""
        say(f"{self.label}: {self.done}/{self.total} {self.unit}{speed}{left}")
