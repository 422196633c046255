"""Figure 2: what the tokens and the chains of the replies owe to the picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dmlr.figures.chains import load_chains, panel_names, says
from dmlr.figures.made import Made
from dmlr.figures.means import mean
from dmlr.figures.source import Source
from dmlr.figures.style import Look, legend, looks, not_run, nothing, panels

BOX = {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95}
TOKENS = """
SELECT
    benchmark, model, profile, count(DISTINCT sample_id), count(*),
    quantile_cont(value, [percent / 100 FOR percent IN range(1, 100)])
FROM (SELECT benchmark, model, profile, sample_id, unnest(dependency) AS value FROM chains)
WHERE isfinite(value)
GROUP BY ALL
"""
CHAINS = """
SELECT
    benchmark, model, profile, verdict, list(value ORDER BY sample_id),
    CAST(sum(len(dependency)) AS BIGINT)
FROM (SELECT *, list_avg(dependency) AS value FROM chains)
WHERE isfinite(value) AND verdict IS NOT NULL
GROUP BY ALL
"""
SAYS = (
    "Left of each pair: share of all reply tokens whose dependency is at most so much (1st to 99th "
    "percentile). Right: the mean dependency of each reply, its chain, by verdict: box from the "
    "25th to the 75th percentile with the median, whiskers from the 5th to the 95th, and the mean "
    "with the 95 % interval of a bootstrap over samples. n counts samples."
)


@dataclass(frozen=True)
class Dependency:
    """One number of a distribution of dependencies, in nats.

    ``of`` says what is distributed: the tokens of all replies (``verdict`` all), or the means of chains.
    ``statistic`` is mean or a percentile such as p25; a mean has an interval.
    """

    benchmark: str
    model: str
    profile: str
    of: Literal["tokens", "chains"]
    verdict: str
    samples: int
    tokens: int
    statistic: str = "mean"
    value: float = 0.0
    low: float | None = None
    high: float | None = None


def make(source: Source) -> Made:
    """The figure of the experiment's measured profiles."""
    found = data(source)
    title = "Figure 2: visual dependency of tokens and chains"
    return Made(title, (SAYS, says(source)), Dependency, found, draw(found))


def data(source: Source) -> list[Dependency]:
    """Percentiles of the tokens' dependencies and of the chains' means, with the latter's means."""
    load_chains(source)
    found = []
    for *names, samples, tokens, values in source.database.execute(TOKENS).fetchall():
        head = Dependency(*(*names, "tokens", "all", samples, tokens))
        shares = {f"p{percent}": value for percent, value in enumerate(values, start=1)}
        found += [replace(head, statistic=name, value=value) for name, value in shares.items()]
    for *names, verdict, values, tokens in source.database.execute(CHAINS).fetchall():
        head = Dependency(*(*names, "chains", verdict, len(values), tokens))
        shares = dict(zip(BOX, np.percentile(values, [*BOX.values()]).tolist(), strict=True))
        found += [replace(head, statistic=name, value=value) for name, value in shares.items()]
        if whole := mean(values, ["figure2", *names, verdict]):
            found.append(replace(head, value=whole.value, low=whole.low, high=whole.high))
    return sorted(found, key=lambda row: _place(source, row))


def _place(source: Source, row: Dependency) -> tuple[int | str | bool, ...]:
    benchmark, model, profile = source.place(row.benchmark, row.model, row.profile)
    return benchmark, model, row.of != "tokens", profile, row.verdict


def draw(rows: Sequence[Dependency]) -> Figure:
    """A row of panels for each benchmark, a pair of panels for each model."""
    if not rows:
        return not_run()
    benchmarks, models = panel_names(rows)
    chosen = looks([row.profile for row in rows])
    figure, axes = panels(benchmarks, [f"{m}: {of}" for m in models for of in ("tokens", "chains")])
    for row, benchmark in enumerate(benchmarks):
        for column, model in enumerate(models):
            here = [one for one in rows if (one.benchmark, one.model) == (benchmark, model)]
            pair = axes[row, 2 * column : 2 * column + 2]
            if not here:
                for panel in pair:
                    nothing(panel)
                continue
            _tokens(pair[0], [one for one in here if one.of == "tokens"], chosen)
            _chains(pair[1], [one for one in here if one.of == "chains"], chosen)
    for panel in axes[-1]:
        panel.set_xlabel("dependency on the picture, nats")
    handles = [Line2D([], [], color=one.colour, ls=one.dash, label=n) for n, one in chosen.items()]
    legend(figure, handles)
    return figure


def _tokens(axes: Axes, rows: Sequence[Dependency], chosen: dict[str, Look]) -> None:
    for profile in dict.fromkeys(row.profile for row in rows):
        values = [row.value for row in rows if row.profile == profile]
        axes.plot(values, range(1, 100), color=chosen[profile].colour, ls=chosen[profile].dash)
    axes.axvline(0, color="0.5", lw=0.6)
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_formatter("{x:.0f} %")


def _chains(axes: Axes, rows: Sequence[Dependency], chosen: dict[str, Look]) -> None:
    groups = list(dict.fromkeys((row.profile, row.verdict) for row in rows))
    texts = []
    for place, (profile, verdict) in enumerate(groups):
        here = {r.statistic: r for r in rows if (r.profile, r.verdict) == (profile, verdict)}
        _box(axes, -place, {name: row.value for name, row in here.items()}, chosen[profile])
        low, high = here["mean"].low, here["mean"].high
        if low is not None and high is not None:
            axes.plot([low, high], [-place, -place], color="black", lw=2.4, solid_capstyle="butt")
        texts.append(f"{verdict} ({here['mean'].samples})")
    axes.axvline(0, color="0.5", lw=0.6)
    axes.set_yticks([-place for place in range(len(groups))], texts)


def _box(axes: Axes, place: int, values: dict[str, float], look: Look) -> None:
    names = {
        "med": "p50",
        "q1": "p25",
        "q3": "p75",
        "whislo": "p5",
        "whishi": "p95",
        "mean": "mean",
    }
    line = {"color": look.colour, "linestyle": look.dash}
    axes.bxp(
        [{key: values[name] for key, name in names.items()}],
        positions=[place], widths=0.6, orientation="horizontal", showfliers=False, showmeans=True,
        manage_ticks=False, boxprops=line, whiskerprops=line, capprops=line,
        medianprops={"color": look.colour, "linewidth": 1.8},
        meanprops={"marker": "D", "markerfacecolor": "white", "markeredgecolor": "black",
                   "markersize": 3.5},
    )  # fmt: skip
