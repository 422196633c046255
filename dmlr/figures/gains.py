"""Figures 3 and 4: how much each reasoning step adds to the probability of the gold answer."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dmlr.figures.chains import load_chains, panel_names, says
from dmlr.figures.made import Made
from dmlr.figures.means import mean
from dmlr.figures.source import Source
from dmlr.figures.style import Look, Marks, legend, looks, not_run, nothing, panels, plot

QUARTERS = ("1st", "2nd", "3rd", "4th")
DASHES = ("-", "--")  # of the two groups
# What is compared within each part.
GROUPS = {
    "replies": ("correct", "wrong"),
    "correct replies": ("faithful", "spurious"),
    "steps": ("grounded", "hallucinated"),
}
# The mean gain of a sample's steps, by group and quarter: a list over samples. A step is in the quarter
# of the chain where its middle lies; quarter 0 is the whole chain. A step without tokens of its own is
# in no group of part steps.
GAINS = """
WITH steps AS (
    SELECT
        *, len(step_ends) AS count, list_avg(dependency) AS chain_dependency,
        unnest(range(1, len(step_ends) + 1)) AS step
    FROM chains
    WHERE len(gold_log_probability) > 0
),
gains AS (
    SELECT
        *, unnest($parts) AS part,
        gold_log_probability[step + 1] - gold_log_probability[step] AS gain,
        list_avg(dependency[coalesce(step_ends[step - 1], 0) + 1 : step_ends[step]]) AS own_dependency
    FROM steps
),
grouped AS (
    SELECT
        *, unnest([0, 1 + CAST(floor($quarters * (step - 0.5) / count) AS INTEGER)]) AS quarter,
        CASE
            WHEN part = 'replies' THEN verdict
            WHEN part = 'correct replies' AND verdict = 'correct' AND isfinite(chain_dependency)
                THEN CASE WHEN chain_dependency > 0 THEN 'faithful' ELSE 'spurious' END
            WHEN part = 'steps' AND isfinite(own_dependency)
                THEN CASE WHEN own_dependency < 0 THEN 'hallucinated' ELSE 'grounded' END
        END AS name
    FROM gains
    WHERE isfinite(gain)
),
samples AS (
    SELECT
        benchmark, model, profile, part, name, quarter, sample_id,
        avg(gain) AS gain, count(*) AS steps
    FROM grouped
    WHERE name IS NOT NULL
    GROUP BY ALL
),
final AS (
    SELECT
        benchmark, model, profile, part, name, quarter, CAST(sum(steps) AS BIGINT) AS steps,
        list(gain ORDER BY sample_id) AS gains
    FROM samples
    GROUP BY ALL
)
SELECT * FROM final
"""
# Figure -> its title, its parts, and what a caption says of them.
FIGURES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "figure3": (
        "Figure 3: confidence gain per reasoning step",
        ("replies", "correct replies"),
        "Correct against wrong replies, and among the correct ones faithful against spurious: "
        "faithful where the mean dependency of the reply's tokens is above 0, so that the picture "
        "made the reply more probable; spurious where it is not.",
    ),
    "figure4": (
        "Figure 4: confidence gain of hallucinated and grounded steps",
        ("steps",),
        "A step is hallucinated where its tokens are on average more probable with the perturbed "
        "picture (mean dependency below 0), else grounded. A reply can have both.",
    ),
}
SAYS = (
    "Gain of a step: the log-probability of the gold answer after it less that before it, in nats; "
    "means over samples (of a sample's mean where it has several such steps) with the 95 % "
    "interval of a bootstrap over samples. all: all steps of a reply; 1st to 4th: the quarter of "
    "the reply that the middle of a step lies in. n above a panel counts the samples of both groups, "
    "profile by profile in the order of the legend."
)


@dataclass(frozen=True)
class Gain:
    """The mean gain of the steps of one group, in nats, over ``n`` samples that have such ``steps``.

    ``part`` is what is compared: replies, correct replies, or steps; ``quarter`` counts from 1, and 0 is
    the whole chain.
    """

    benchmark: str
    model: str
    profile: str
    part: str
    name: str
    quarter: int
    steps: int
    n: int
    value: float
    low: float | None
    high: float | None


def make(source: Source, name: str) -> Made:
    """Figure 3 or 4 of the experiment's measured profiles."""
    title, parts, what = FIGURES[name]
    found = data(source, parts)
    return Made(title, (what, SAYS, says(source)), Gain, found, draw(found))


def data(source: Source, parts: Sequence[str]) -> list[Gain]:
    """All groups of these parts, in the experiment's order, the better-sounding group first."""
    load_chains(source)
    asked = {"parts": list(parts), "quarters": len(QUARTERS)}
    found = []
    for *names, steps, gains in source.database.execute(GAINS, asked).fetchall():
        if whole := mean(gains, ["gain", *names]):
            found.append(Gain(*(*names, steps, *astuple(whole))))
    return sorted(found, key=lambda row: (*_place(source, row, parts), row.name, row.quarter))


def _place(source: Source, row: Gain, parts: Sequence[str]) -> tuple[int, int, int, int]:
    benchmark, model, profile = source.place(row.benchmark, row.model, row.profile)
    return benchmark, model, parts.index(row.part), profile


def draw(rows: Sequence[Gain]) -> Figure:
    """A row of panels for each benchmark, a panel for each model and part."""
    if not rows:
        return not_run()
    benchmarks, models = panel_names(rows)
    parts = list(dict.fromkeys(row.part for row in rows))
    chosen = looks([row.profile for row in rows])
    columns = [(model, part) for model in models for part in parts]
    figure, axes = panels(benchmarks, [f"{model}: {part}" for model, part in columns])
    for row, benchmark in enumerate(benchmarks):
        for column, (model, part) in enumerate(columns):
            wanted = (benchmark, model, part)
            here = [one for one in rows if (one.benchmark, one.model, one.part) == wanted]
            _panel(axes[row, column], here, chosen)
    for panel in axes[-1]:
        panel.set_xlabel("quarter of the reply")
    legend(figure, _handles(rows, chosen))
    return figure


def _panel(axes: Axes, rows: Sequence[Gain], chosen: dict[str, Look]) -> None:
    if not rows:
        nothing(axes)
        return
    groups = GROUPS[rows[0].part]
    profiles = list(dict.fromkeys(row.profile for row in rows))
    for place, profile in enumerate(profiles):
        for nth, name in enumerate(groups):
            here = [row for row in rows if (row.profile, row.name) == (profile, name)]
            look, beside = chosen[profile], (2 * place + nth, 2 * len(profiles))
            for part, dash in ((here[:1], "none"), (here[1:], DASHES[nth])):
                plot(axes, _marks(part), look, beside=beside, filled=nth == 0, dash=dash)
    axes.axhline(0, color="0.5", lw=0.6)
    axes.set_xticks(range(1 + len(QUARTERS)), ["all", *QUARTERS])
    axes.set_xlim(-0.5, len(QUARTERS) + 0.5)
    whole = {(row.profile, row.name): row.n for row in rows if row.quarter == 0}
    counts = [" + ".join(str(whole.get((p, name), 0)) for name in groups) for p in profiles]
    axes.set_title(f"{axes.get_title()}\nn = {', '.join(counts)}".strip())


def _marks(rows: Sequence[Gain]) -> Marks:
    quarters, values = [row.quarter for row in rows], [row.value for row in rows]
    return Marks(quarters, values, [row.low for row in rows], [row.high for row in rows])


def _handles(rows: Sequence[Gain], chosen: dict[str, Look]) -> list[Line2D]:
    pairs = [GROUPS[part] for part in dict.fromkeys(row.part for row in rows)]
    first, second = (", ".join(names) for names in zip(*pairs, strict=True))
    grey: dict[str, Any] = {"color": "0.3", "marker": "o"}
    return [
        *(
            Line2D([], [], color=one.colour, marker=one.marker, label=n)
            for n, one in chosen.items()
        ),
        Line2D([], [], **grey, ls=DASHES[0], label=first),
        Line2D([], [], **grey, ls=DASHES[1], markerfacecolor="white", label=second),
    ]
