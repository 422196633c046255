"""How all figures look: for colour-blind eyes, in grey, and at the width of a column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter
from matplotlib.transforms import ScaledTranslation, Transform

PANEL = (2.5, 1.9)  # inches
NARROWEST = 3.4  # inches: a column of the paper
APART = 2.5  # points between marks that share a place
LEGEND = (0.55, 0.055)  # inches of an entry: all but its text, and a letter
RC: dict[Any, Any] = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "legend.fontsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "grid.linewidth": 0.4,
    "grid.color": "0.88",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "figure.constrained_layout.use": True,
    "text.parse_math": False,  # names come from outside: a dollar sign is one
    "pdf.fonttype": 42,  # TrueType: text that can be searched and edited
    "svg.fonttype": "none",
    "svg.hashsalt": "dmlr",
}


@dataclass(frozen=True)
class Look:
    """A colour with a marker and a dash of its own, so that none has to be told by colour."""

    colour: str
    marker: str
    dash: Any


# Okabe and Ito (2008), dark and light in turns; yellow is left out, being too pale on white.
LOOKS = (
    Look("#0072B2", "o", "-"),
    Look("#E69F00", "s", (0, (5, 1.5))),
    Look("#000000", "^", (0, (1, 1))),
    Look("#D55E00", "D", (0, (5, 1, 1, 1))),
    Look("#56B4E9", "v", (0, (3, 1, 1, 1, 1, 1))),
    Look("#009E73", "P", (0, (8, 2))),
    Look("#CC79A7", "X", (0, (2, 1))),
    Look("#666666", "*", (0, (8, 1.5, 1, 1.5))),
)
Panels = Shaped[np.ndarray, "row column"]


def looks(names: Sequence[str]) -> dict[str, Look]:
    """A look for each name, in order; after the eighth they begin again."""
    return {name: LOOKS[place % len(LOOKS)] for place, name in enumerate(dict.fromkeys(names))}


def panels(
    rows: Sequence[str], columns: Sequence[str], *, size: tuple[float, float] = PANEL
) -> tuple[Figure, Panels]:
    """A figure with a panel for each row and column, which are named at its left and its top."""
    width = max(NARROWEST, size[0] * len(columns) + 0.2)
    figure = Figure(figsize=(width, size[1] * len(rows) + 0.7))
    axes: Panels = figure.subplots(len(rows), len(columns), squeeze=False)
    for column, name in enumerate(columns):
        axes[0, column].set_title(name)
    for row, name in enumerate(rows):
        axes[row, 0].set_ylabel(name)
    for panel in axes.flat:
        panel.grid(visible=True)
    return figure, axes


def not_run() -> Figure:
    """What stands where there is nothing to draw."""
    figure = Figure(figsize=(NARROWEST, 1.0))
    figure.text(0.5, 0.5, "not run", ha="center", va="center")
    return figure


def nothing(axes: Axes) -> None:
    """Mark one panel as not run."""
    axes.text(0.5, 0.5, "not run", ha="center", va="center", transform=axes.transAxes)
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)


def legend(figure: Figure, handles: Sequence[Line2D]) -> None:
    """One legend below all panels, in as few rows as the figure's width allows."""
    longest = max(len(str(handle.get_label())) for handle in handles)
    fits = max(1, int(figure.get_figwidth() / (LEGEND[0] + LEGEND[1] * longest)))
    rows = -(-len(handles) // fits)
    columns = -(-len(handles) // rows)
    figure.legend(handles=list(handles), loc="outside lower center", ncols=columns)


@dataclass(frozen=True)
class Marks:
    """Values with their intervals along an axis; a value without one has None."""

    x: Sequence[int | float]
    values: Sequence[float]
    low: Sequence[float | None]
    high: Sequence[float | None]

    @property
    def bars(self) -> Float[np.ndarray, "2 point"]:
        """Lengths of the error bars down and up, 0 where there is no interval."""
        bounds = zip(self.values, self.low, self.high, strict=True)
        found = [
            (value - (value if low is None else low), (value if high is None else high) - value)
            for value, low, high in bounds
        ]
        return np.maximum(np.array(found, dtype=np.float64).reshape(-1, 2).T, 0.0)


def plot(
    axes: Axes, marks: Marks, look: Look, *, beside: tuple[int, int] = (0, 1), filled: bool = True,
    dash: Any = None,
) -> None:  # fmt: skip
    """Draw marks with error bars, number ``beside[0]`` of ``beside[1]`` series that share places.

    Each series is moved by a few points, which the limits of the axes know nothing of.
    """
    lengths = marks.bars
    axes.errorbar(
        marks.x, marks.values, yerr=lengths, color=look.colour, marker=look.marker,
        ls=look.dash if dash is None else dash, elinewidth=0.8,
        markerfacecolor=look.colour if filled else "white", transform=shifted(axes, *beside),
    )  # fmt: skip
    for x, value, down, up in zip(marks.x, marks.values, *lengths, strict=True):
        axes.update_datalim([(x, value - down), (x, value + up)])
    axes.autoscale_view()


def shifted(axes: Axes, place: int, of: int) -> Transform:
    """The data's places, moved sideways: series number ``place`` of ``of``."""
    points = APART * (place - (of - 1) / 2)
    figure = axes.get_figure(root=True)
    assert figure is not None
    return axes.transData + ScaledTranslation(points / 72, 0, figure.dpi_scale_trans)


def logarithmic(axes: Axes) -> None:
    """A logarithmic axis of places, with plain numbers."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
