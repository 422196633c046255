"""Figure 8: the reward and the best patches over the steps of the optimisation."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from dmlr.figures.chains import panel_names
from dmlr.figures.made import Made
from dmlr.figures.means import mean
from dmlr.figures.source import Source
from dmlr.figures.style import LOOKS, Look, legend, looks, not_run, nothing, panels

# Per run, step and measure a list over samples. Step 0 is the start; distinct patches are known of the
# end alone.
STEPS = """
WITH wanted AS (SELECT * FROM runs WHERE seed = $seed),
rewards AS (
    SELECT run, sample_id, 0 AS step, initial_reward AS reward
    FROM predictions
    WHERE isfinite(initial_reward)
    UNION ALL
    SELECT run, sample_id, step + 1, reward FROM traces WHERE isfinite(reward)
),
measured AS (
    SELECT run, sample_id, step, 'reward' AS measure, reward AS value FROM rewards
    UNION ALL
    SELECT
        run, sample_id, step, 'best reward',
        max(reward) OVER (PARTITION BY run, sample_id ORDER BY step)
    FROM rewards
    UNION ALL
    SELECT run, sample_id, step + 1, 'best patches', list_sum(patch_counts) FROM traces
    UNION ALL
    SELECT run, sample_id, last, 'distinct best patches', len(list_distinct(flatten(best_patches)))
    FROM predictions
    JOIN (SELECT run, max(step) + 1 AS last FROM traces GROUP BY run) AS ends USING (run)
    WHERE best_step IS NOT NULL
),
final AS (
    SELECT benchmark, model, profile, measure, step, list(value ORDER BY sample_id) AS sample_values
    FROM measured
    JOIN wanted USING (run)
    WHERE run IN (SELECT run FROM traces)
    GROUP BY ALL
)
SELECT * FROM final
"""

MEASURES = ("reward", "best reward", "best patches")
DISTINCT = "distinct best patches"
SAYS = (
    "Means over samples of the step's highest reward, of the highest reward so far, and of the "
    "number of best patches; step 0 is the start. The patches of all think tokens are added, so "
    "that one held by two of them counts twice; the open mark at the end counts the distinct ones "
    "that the answer was decoded with, which the traces do not tell of earlier steps. Bands and "
    "bars: 95 % interval of a bootstrap over samples; the CSV has n of each step."
)


@dataclass(frozen=True)
class Step:
    """The mean of one measure over the ``n`` samples that have this step, with its interval."""

    benchmark: str
    model: str
    profile: str
    measure: str
    step: int
    n: int
    value: float
    low: float | None
    high: float | None


def make(source: Source) -> Made:
    """The optimisation of all runs of the experiment that have one."""
    found = data(source)
    undrawn = list(dict.fromkeys(row.profile for row in found))[len(LOOKS) :]
    more = [f"In the CSV alone: {', '.join(undrawn)}."] if undrawn else []
    title = "Figure 8: reward and best patches over the steps"
    return Made(title, (SAYS, *more), Step, found, draw(found))


def data(source: Source) -> list[Step]:
    """Every measure at every step, in the experiment's order."""
    found = []
    asked = source.database.execute(STEPS, {"seed": source.settings.seed})
    for *names, values in asked.fetchall():
        if whole := mean(values, ["figure8", *names]):
            found.append(Step(*(*names, *astuple(whole))))
    order = (*MEASURES, DISTINCT)
    return sorted(
        found,
        key=lambda row: (
            *source.place(row.benchmark, row.model, row.profile),
            order.index(row.measure),
            row.step,
        ),
    )


def draw(rows: Sequence[Step]) -> Figure:
    """Three rows of panels for each benchmark, a column for each model; the first eight profiles."""
    if not rows:
        return not_run()
    benchmarks, models = panel_names(rows)
    chosen = dict(list(looks([row.profile for row in rows]).items())[: len(LOOKS)])
    places = [(benchmark, measure) for benchmark in benchmarks for measure in MEASURES]
    figure, axes = panels([f"{benchmark}\n{measure}" for benchmark, measure in places], models)
    for row, (benchmark, measure) in enumerate(places):
        shown = (measure, DISTINCT) if measure == "best patches" else (measure,)
        for column, model in enumerate(models):
            here = [
                one
                for one in rows
                if (one.benchmark, one.model) == (benchmark, model) and one.measure in shown
            ]
            _panel(axes[row, column], here, chosen)
    for panel in axes[-1]:
        panel.set_xlabel("step")
    legend(figure, [_handle(name, look) for name, look in chosen.items()])
    return figure


def _panel(axes: Axes, rows: Sequence[Step], chosen: dict[str, Look]) -> None:
    if not rows:
        nothing(axes)
        return
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for profile, look in chosen.items():
        here = [row for row in rows if row.profile == profile]
        _line(axes, [row for row in here if row.measure != DISTINCT], look)
        for end in (row for row in here if row.measure == DISTINCT):
            axes.plot(end.step, end.value, color=look.colour, marker=look.marker, mfc="white")
    axes.set_xlim(left=-0.5)


def _line(axes: Axes, rows: Sequence[Step], look: Look) -> None:
    steps = [row.step for row in rows]
    axes.plot(
        steps, [row.value for row in rows], color=look.colour, ls=look.dash, marker=look.marker,
        markevery=(0.0, 0.24), markersize=3,
    )  # fmt: skip
    low = [row.value if row.low is None else row.low for row in rows]
    high = [row.value if row.high is None else row.high for row in rows]
    axes.fill_between(steps, low, high, color=look.colour, alpha=0.15, lw=0)


def _handle(name: str, look: Look) -> Line2D:
    return Line2D([], [], color=look.colour, ls=look.dash, marker=look.marker, label=name)
