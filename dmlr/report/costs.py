"""What answers cost, as bars: as long as their share of the longest of runs that can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from dmlr.report.numbers import decimals, finite
from dmlr.store.compute import COLUMNS, Compute

WIDE = 160.0  # units of the longest bar
# Column of the compute table -> its name in the legend, in the order of time.
PHASES = {
    "prefill_seconds": "prefill",
    "intermediate_seconds": "first stage",
    "optimise_seconds": "optimise",
    "decode_seconds": "decode",
}


@dataclass(frozen=True)
class Part:
    """A part of a bar; ``look`` is the name of its colour."""

    look: str
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A value beside its bar; ``says`` is the bar in words. None where nothing is known."""

    value: str | None
    parts: list[Part]
    says: str


@dataclass(frozen=True)
class Cost:
    """One run with its seconds by phase, its passes of the language model and its memory."""

    run: Compute
    seconds: Bar
    passes: Bar
    memory: Bar


@dataclass(frozen=True)
class Costs:
    """Runs that differ in nothing but their profile, whose bars have one scale."""

    benchmark: str
    model: str
    seed: int
    rows: list[Cost]


def costs(took: Sequence[Compute]) -> list[Costs]:
    """The runs in their order, with bars."""

    def condition(one: Compute) -> tuple[str, str, int]:
        return one.benchmark, one.model, one.seed

    return [Costs(*key, _rows(list(runs))) for key, runs in groupby(took, condition)]


def phases(took: Sequence[Compute]) -> dict[str, str]:
    """The phases that any run has, by the name of their look."""
    return {
        column.removesuffix("_seconds"): words
        for column, words in PHASES.items()
        if any(one.numbers[column] for one in took)
    }


def _rows(runs: Sequence[Compute]) -> list[Cost]:
    seconds, passes, memory = ("seconds", "model_passes", "peak_memory_gib")
    most = {
        name: max((finite(one.numbers[name]) or 0.0 for one in runs), default=0.0)
        for name in (seconds, passes, memory)
    }
    return [
        Cost(
            one,
            _bar(one, seconds, [*PHASES], most[seconds]),
            _bar(one, passes, [passes], most[passes]),
            _bar(one, memory, [memory], most[memory]),
        )
        for one in runs
    ]


def _bar(one: Compute, column: str, parts: Sequence[str], most: float) -> Bar:
    """The parts of a value one after the other."""
    values = {name: finite(one.numbers[name]) or 0.0 for name in parts}
    found, start = [], 0.0
    for name, value in values.items():
        width = WIDE * value / (most or 1.0)
        if value:
            found.append(Part(name.removesuffix("_seconds"), round(start, 2), round(width, 2)))
        start += width
    says = ", ".join(
        f"{PHASES.get(name, COLUMNS[name][0])} {decimals(value, COLUMNS[name][1])}"
        for name, value in values.items()
        if value
    )
    return Bar(decimals(one.numbers[column], COLUMNS[column][1]), found, says)
