"""Figure 10: what the think tokens attend to on the picture, and where they are among the embeddings."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from jaxtyping import UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from dmlr.errors import RecordError
from dmlr.figures.made import Made
from dmlr.figures.places import Key, Place, chosen_samples, data, samples
from dmlr.figures.source import Source
from dmlr.figures.style import LOOKS, legend, not_run, panels
from dmlr.report.pictures import image_name

COLUMNS = 4  # steps that are drawn, the start included
SIDE = 192  # pixels of the longer side of a picture as drawn
SQUARE = (1.5, 1.5)  # inches
Picture = UInt8[np.ndarray, "height width"]
SAYS = (
    "Attention to the picture, the mean over layers and heads: of the tokens of the baseline's "
    "reply ({baseline}; mean over the reply), and of the think tokens (mean over them) at the "
    "start and after steps of the optimisation. Each map is scaled to its own maximum, black being "
    "none; below it is the share of the attention that goes to the picture, the rest goes to text. "
    "Right: input embeddings of the prompt's text, the picture and the think tokens on the first "
    "two principal components of all of the sample's; the line follows the mean of the think "
    "tokens from the start (open) to the end (filled)."
)


def make(source: Source) -> Made:
    """The samples of the experiment's profiles whose attention was kept."""
    found = data(source)
    drawn = chosen_samples(found)
    several = f"Drawn are {len(drawn)} of {len(samples(found))} samples; the CSV has all."
    says = (SAYS.format(baseline=source.settings.baseline), several)
    title = "Figure 10: attention to the picture, and embeddings"
    figure = draw(found, {key: picture(source, *key) for key in drawn})
    return Made(title, says, Place, found, figure)


def picture(source: Source, benchmark: str, model: str, profile: str, sample: str) -> Picture:
    """A sample's picture as it is drawn: small, in grey, so that the heat over it can be seen.

    Raises:
        RecordError: it is missing or cannot be read.
    """
    del model, profile
    asked = "SELECT image.sha256, image.file FROM samples WHERE sample_id = ?"
    ((sha256, file),) = source.database.execute(asked, [sample]).fetchall()
    image_name(sha256, file)
    path = source.results / "benchmarks" / benchmark / "images" / file
    try:
        with Image.open(path) as opened:
            shown = opened.convert("L")
    except (OSError, Image.DecompressionBombError) as error:
        raise RecordError(f"{path}: image cannot be read ({error}); run snakemake again") from None
    shown.thumbnail((SIDE, SIDE))
    return np.asarray(shown)


def draw(rows: Sequence[Place], pictures: Mapping[Key, Picture]) -> Figure:
    """A row for each picture: the baseline's reply, the think tokens by step, the embeddings."""
    if not pictures:
        return not_run()
    names = [f"{key[0]}\n{key[1]}\n{key[2]}\n{key[3].rpartition('/')[2]}" for key in pictures]
    figure, axes = panels(names, ["baseline's reply", *[""] * COLUMNS, "embeddings"], size=SQUARE)
    for line, (key, shown) in zip(axes, pictures.items(), strict=True):
        here = [r for r in rows if (r.benchmark, r.model, r.profile, r.sample_id) == key]
        line[0].yaxis.label.set(rotation=0, ha="right", va="center")
        maps = [row for row in here if row.part == "attention"]
        _map(line[0], [row for row in maps if row.kind == "reply"], shown)
        steps = drawn_steps([row.step for row in maps if row.step is not None])
        for panel, step in zip_longest(line[1:-1], steps):
            _map(panel, [row for row in maps if step is not None and row.step == step], shown)
            panel.set_title("" if step is None else f"step {step}" if step else "start")
        _embeddings(line[-1], [row for row in here if row.part == "embedding"])
    legend(figure, HANDLES)
    return figure


def drawn_steps(steps: Sequence[int]) -> list[int]:
    """At most ``COLUMNS`` of the steps, the first and the last among them, evenly."""
    found = sorted(set(steps))
    places = np.linspace(0, len(found) - 1, min(COLUMNS, len(found))).round().astype(int)
    return [found[place] for place in places.tolist()]


def _map(axes: Axes, rows: Sequence[Place], shown: Picture) -> None:
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    if not rows:
        return
    heat = np.zeros((int(max(r.y for r in rows)) + 1, int(max(r.x for r in rows)) + 1))
    for row in rows:
        heat[int(row.y), int(row.x)] = row.attention
    place = (0, shown.shape[1], shown.shape[0], 0)
    axes.imshow(shown, cmap="gray", vmin=0, vmax=255, extent=place, interpolation="none")
    axes.imshow(heat, cmap="inferno", vmin=0, extent=place, interpolation="none", alpha=0.65)
    axes.set_xlabel(f"{100 * heat.sum():.1f} %", labelpad=2)


def _embeddings(axes: Axes, rows: Sequence[Place]) -> None:
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    for kind, look in KINDS.items():
        here = [row for row in rows if row.kind == kind]
        axes.plot([row.x for row in here], [row.y for row in here], ls="none", **look)
    think = [row for row in rows if row.kind == "think"]
    steps = sorted({row.step for row in think if row.step is not None})
    middles = [
        np.mean([(row.x, row.y) for row in think if row.step == step], axis=0) for step in steps
    ]
    if middles:
        x, y = np.transpose(middles)
        axes.plot(x, y, **PATH)
        axes.plot(x[0], y[0], **PATH, marker="o", mfc="white")
        axes.plot(x[-1], y[-1], **PATH, marker="o")


KINDS: dict[str, dict[str, Any]] = {
    "text": {"marker": ".", "ms": 3, "color": "0.6"},
    "image": {"marker": "s", "ms": 3, "color": LOOKS[0].colour, "mfc": "none", "mew": 0.6},
    "think": {"marker": "^", "ms": 3, "color": LOOKS[3].colour},
}
PATH: dict[str, Any] = {"color": "black", "lw": 0.8, "ms": 3.5}
HANDLES = [
    *(Line2D([], [], ls="none", label=kind, **look) for kind, look in KINDS.items()),
    Line2D([], [], label="mean of the think tokens", marker="o", **PATH),
]
