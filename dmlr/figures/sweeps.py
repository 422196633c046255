"""Figures 6, 7 and 9: accuracy along one parameter of the optimisation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from dmlr.figures.made import Made
from dmlr.figures.source import Source, shares
from dmlr.figures.style import Look, Marks, legend, looks, not_run, nothing, panels, plot, shifted
from dmlr.store.cells import Cell


@dataclass(frozen=True)
class Axis:
    """What is varied: ``fields`` of the profile that have one value together."""

    name: str
    fields: tuple[str, ...]
    words: str
    doubling: bool


SIGMA = Axis("sigma", ("sigma",), "noise σ", doubling=True)
PATCHES = Axis("m", ("patches_initial", "patches_added"), "candidate patches m", doubling=True)
TOKENS = Axis("L", ("think_tokens",), "think tokens L", doubling=True)
STEPS = Axis("steps", ("steps",), "optimisation steps", doubling=False)
FIGURES: dict[str, tuple[str, tuple[Axis, ...]]] = {
    "figure6": ("Figure 6: accuracy against optimisation steps", (STEPS,)),
    "figure7": ("Figure 7: accuracy against candidate patches and noise", (PATCHES, SIGMA)),
    "figure9": ("Figure 9: accuracy against the number of think tokens", (TOKENS,)),
}
SAYS = (
    "Each point is a run that differs from dmlr-paper in the field named below the axis and in "
    "nothing else (m: patches before the first step and patches added per step, together), or "
    "dmlr-paper itself. Accuracy in percent of the scored samples with its 95 % Wilson interval; "
    "dashed with a band: the baseline {baseline}. A dotted bar without a mark is not final: it "
    "spans what the samples without a score leave open. The CSV has n of each point. The paper "
    "does not print the values it tried; these are ours."
)


@dataclass(frozen=True)
class Point:
    """The accuracy of one run in percent; ``value`` is that of the axis, None for the baseline.

    ``floor`` and ``ceiling`` are what it would be if all samples without a score were wrong or right.
    """

    benchmark: str
    model: str
    axis: str
    value: int | float | None
    profile: str
    labels: str
    n: int
    accuracy: float | None
    low: float | None
    high: float | None
    final: bool
    floor: float
    ceiling: float


def make(source: Source, name: str) -> Made:
    """Figure 6, 7 or 9: all runs of the experiment that belong to its sweeps."""
    title, axes = FIGURES[name]
    found = data(source, axes)
    says = (SAYS.format(baseline=source.settings.baseline),)
    return Made(title, says, Point, found, draw(found, axes))


def data(source: Source, axes: Sequence[Axis]) -> list[Point]:
    """The points of each axis, baseline first, then by value; none where only dmlr-paper was run."""
    told = dict(source.database.execute("SELECT run, settings -> '$.profile' FROM runs").fetchall())
    profiles = {run: json.loads(text) for run, text in told.items()}
    scored = source.scored()
    found = []
    for benchmark, model in dict.fromkeys((cell.benchmark, cell.model) for cell in scored):
        here = [cell for cell in scored if (cell.benchmark, cell.model) == (benchmark, model)]
        for axis in axes:
            values = {c.run: _value(profiles[c.run], source.settings.paper, axis) for c in here}
            found += _sweep(here, values, axis, source.settings.baseline)
    return found


def _value(profile: dict[str, Any], paper: dict[str, Any], axis: Axis) -> int | float | None:
    """The value of a run on an axis; None where it is not on it."""
    if profile["method"] != paper["method"]:
        return None
    changed = {name for name in paper if profile[name] != paper[name]}
    values = {profile[name] for name in axis.fields}
    return values.pop() if changed <= {*axis.fields} and len(values) == 1 else None


def _sweep(
    cells: Sequence[Cell], values: Mapping[str, int | float | None], axis: Axis, baseline: str
) -> list[Point]:
    """The points of one panel and model; of runs with one value the first."""
    on_axis: dict[int | float, Cell] = {}
    for cell in cells:
        if (value := values[cell.run]) is not None:
            on_axis.setdefault(value, cell)
    if len(on_axis) < 2:
        return []
    base = [_point(cell, axis, None) for cell in cells if cell.profile == baseline]
    return base + [_point(cell, axis, value) for value, cell in sorted(on_axis.items())]


def _point(cell: Cell, axis: Axis, value: int | float | None) -> Point:
    names = (cell.benchmark, cell.model, axis.name, value, cell.profile, cell.labels)
    return Point(*names, cell.n, *shares(cell), cell.final, cell.floor, cell.ceiling)


def draw(rows: Sequence[Point], axes: Sequence[Axis]) -> Figure:
    """A column of panels for each benchmark, a row for each axis, a line for each model."""
    if not rows:
        return not_run()
    benchmarks = list(dict.fromkeys(row.benchmark for row in rows))
    chosen = looks([row.model for row in rows])
    figure, found = panels(["accuracy, %"] * len(axes), benchmarks)
    for row, axis in enumerate(axes):
        for column, benchmark in enumerate(benchmarks):
            wanted = (benchmark, axis.name)
            here = [one for one in rows if (one.benchmark, one.axis) == wanted]
            _panel(found[row, column], here, chosen, axis)
    handles = [
        Line2D([], [], color=one.colour, marker=one.marker, ls=one.dash, label=name)
        for name, one in chosen.items()
    ]
    legend(figure, handles)
    return figure


def _panel(axes: Axes, rows: Sequence[Point], chosen: dict[str, Look], axis: Axis) -> None:
    axes.set_xlabel(axis.words)
    if not rows:
        nothing(axes)
        return
    values = sorted({row.value for row in rows if row.value is not None})
    if axis.doubling and values[0] > 0:
        axes.set_xscale("log", base=2)
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(values, [f"{value:g}" for value in values])
    axes.margins(x=0.08)
    for place, (model, look) in enumerate(chosen.items()):
        here = [row for row in rows if row.model == model]
        points = [row for row in here if row.value is not None]
        _points(axes, points, look, beside=(place, len(chosen)))
        for base in (row for row in here if row.value is None and row.final):
            _baseline(axes, base, look)


def _points(axes: Axes, rows: Sequence[Point], look: Look, beside: tuple[int, int]) -> None:
    known = [
        (row, value, share)
        for row in rows
        if row.final and (value := row.value) is not None and (share := row.accuracy) is not None
    ]
    values, shares = [value for _, value, _ in known], [share for *_, share in known]
    marks = Marks(values, shares, [row.low for row, *_ in known], [row.high for row, *_ in known])
    plot(axes, marks, look, beside=beside)
    for row in rows:
        if not row.final:
            place = [row.value or 0.0] * 2
            span = [row.floor, row.ceiling]
            axes.plot(place, span, color=look.colour, ls=":", transform=shifted(axes, *beside))
            axes.update_datalim(list(zip(place, span, strict=True)))
            axes.autoscale_view()


def _baseline(axes: Axes, row: Point, look: Look) -> None:
    if row.accuracy is not None and row.low is not None and row.high is not None:
        axes.axhspan(row.low, row.high, color=look.colour, alpha=0.1, lw=0)
        axes.axhline(row.accuracy, color=look.colour, ls="--", lw=0.7)
        across = axes.get_yaxis_transform()
        axes.plot(
            1.0, row.accuracy, color=look.colour, marker=look.marker, markerfacecolor="white",
            markersize=3, transform=across, clip_on=False,
        )  # fmt: skip
