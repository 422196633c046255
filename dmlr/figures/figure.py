"""Stage figure: one figure of the paper, from the database and the measures beside it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib import rc_context

from dmlr.errors import ConfigError
from dmlr.figures import attention, dependency, efficiency, gains, rewards, sweeps
from dmlr.figures.made import Made, write_figure
from dmlr.figures.source import Source
from dmlr.figures.style import RC
from dmlr.figures.told import FigureSettings
from dmlr.progress import say
from dmlr.store.opening import readable

FIGURES: dict[str, Callable[[Source], Made]] = {
    "figure2": dependency.make,
    "figure3": partial(gains.make, name="figure3"),
    "figure4": partial(gains.make, name="figure4"),
    "figure6": partial(sweeps.make, name="figure6"),
    "figure7": partial(sweeps.make, name="figure7"),
    "figure8": rewards.make,
    "figure9": partial(sweeps.make, name="figure9"),
    "figure10": attention.make,
    "figure11": efficiency.make,
}


def figure(name: str, settings: FigureSettings, database: Path, results: Path, out: Path) -> None:
    """Write a figure as PDF and SVG with its data as CSV and its caption as Markdown, under ``out``.

    Raises:
        ConfigError: no such figure.
        RecordError: the database or a measure is missing or damaged.
    """
    if name not in FIGURES:
        raise ConfigError(f"figure: must be one of {', '.join(FIGURES)}, got {name!r}")
    with readable(database) as opened, rc_context(RC):
        source = Source(settings, opened, results)
        made = FIGURES[name](source)
        write_figure(name, made, (source.conditions, source.provenance), out)
    say(f"figure {out / name}.pdf: {len(made.rows)} rows of data")
