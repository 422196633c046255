"""How all figures look: for colour-blind eyes, in grey, and at the width of a column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Shaped
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation, Transform

PANEL = (2.5, 1.9)  # inches
NARROWEST = 3.4  # inches: a column of the paper
DODGE = 2.5  # points between marks at one place
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


def legend(figure: Figure, handles: Sequence[Line2D], *, columns: int | None = None) -> None:
    """One legend below all panels, as wide as the figure allows."""
    if handles:
        longest = max(len(str(handle.get_label())) for handle in handles)
        fits = int(figure.get_figwidth() / (0.5 + 0.065 * longest))
        shown = columns or max(1, min(len(handles), fits))
        figure.legend(handles=list(handles), loc="outside lower center", ncols=shown)


def shifted(axes: Axes, place: int, of: int) -> Transform:
    """The data's places, moved a little sideways: mark number ``place`` of ``of`` at one place."""
    points = DODGE * (place - (of - 1) / 2)
    figure = axes.get_figure(root=True)
    assert figure is not None
    return axes.transData + ScaledTranslation(points / 72, 0, figure.dpi_scale_trans)


def bars(
    values: Sequence[float], low: Sequence[float | None], high: Sequence[float | None]
) -> Shaped[np.ndarray, "2 point"]:
    """Lengths of error bars down and up; 0 where there is no interval."""
    down = [0.0 if one is None else value - one for value, one in zip(values, low, strict=True)]
    up = [0.0 if one is None else one - value for value, one in zip(values, high, strict=True)]
    return np.maximum([down, up], 0.0)
