"""Figure 11: accuracy against what an answer costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dmlr.figures.chains import panel_names
from dmlr.figures.made import Made
from dmlr.figures.names import LINE, names_beside
from dmlr.figures.source import Source, shares
from dmlr.figures.style import PANEL, Marks, logarithmic, looks, not_run, nothing, panels, plot
from dmlr.store.cells import Cell

# A sample's seconds are its share of its batch, so the sum over samples is the sum over batches.
COSTS = """
WITH batches AS (
    SELECT run, sum(1 / nullif(batch_rows, 0)) AS batches
    FROM predictions
    WHERE status = 'ok'
    GROUP BY run
),
final AS (
    SELECT
        run, answers, seconds, model_passes, generated_tokens, forwarded_tokens,
        answers * seconds / batches AS batch_seconds
    FROM compute
    LEFT JOIN batches USING (run)
)
SELECT * FROM final
"""
COSTS_SHOWN = {"seconds": "seconds per answer", "model_passes": "model passes per answer"}
SAYS = (
    "Accuracy in percent of the scored samples with its 95 % Wilson interval, against the seconds "
    "of an answer (its share of its batch, all phases, on the machine that ran it) and against the "
    "passes of the language model, which depend on no machine. Runs that are not final (too many "
    "samples without a score) are in the CSV alone. Its column efficiency is the paper's (accuracy "
    "/ average batch time)², in percent and seconds; it depends on the batch size and the machine "
    "as much as on the method."
)


@dataclass(frozen=True)
class Cost:
    """Accuracy of one run in percent and what its answers took, means over those that were made.

    ``batch_seconds`` is the mean over batches. None where nothing was measured or scored.
    """

    benchmark: str
    model: str
    profile: str
    labels: str
    n: int
    accuracy: float | None
    low: float | None
    high: float | None
    final: bool
    answers: int
    seconds: float | None
    model_passes: float | None
    generated_tokens: float | None
    forwarded_tokens: float | None
    batch_seconds: float | None
    efficiency: float | None


def make(source: Source) -> Made:
    """All runs of the experiment."""
    found = data(source)
    title = "Figure 11: accuracy against efficiency"
    return Made(title, (SAYS,), Cost, found, draw(found))


def data(source: Source) -> list[Cost]:
    """One row for each run, in the experiment's order."""
    asked = source.database.execute(COSTS)
    names = [column[0] for column in asked.description or ()]
    costs = {run: dict(zip(names[1:], means, strict=True)) for run, *means in asked.fetchall()}
    return [_cost(cell, costs[cell.run]) for cell in source.scored()]


def _cost(cell: Cell, means: dict[str, Any]) -> Cost:
    found, batch = cell.accuracy, means["batch_seconds"]
    return Cost(
        cell.benchmark, cell.model, cell.profile, cell.labels, cell.n, *shares(cell), cell.final,
        efficiency=(found.value / batch) ** 2 if found and batch else None, **means,
    )  # fmt: skip


def draw(rows: Sequence[Cost]) -> Figure:
    """A row of panels for each benchmark, a pair for each model; every point has its name beside it."""
    shown = [row for row in rows if row.final and row.accuracy is not None]
    if not shown:
        return not_run()
    benchmarks, models = panel_names(shown)
    columns = [(model, cost) for model in models for cost in COSTS_SHOWN]
    most = max(len(_here(shown, b, m)) for b in benchmarks for m in models)
    size = (PANEL[0] + 0.9, max(PANEL[1], most * LINE / 72 + 0.6))
    titles = [model for model, _ in columns]
    figure, axes = panels([f"{b}\naccuracy, %" for b in benchmarks], titles, size=size)
    for row, benchmark in enumerate(benchmarks):
        for column, (model, cost) in enumerate(columns):
            _panel(axes[row, column], _here(shown, benchmark, model), cost)
    figure.draw_without_rendering()  # now the panels have their height
    for row, benchmark in enumerate(benchmarks):
        for column, (model, cost) in enumerate(columns):
            names_beside(axes[row, column], _points(_here(shown, benchmark, model), cost))
    for panel, (_, cost) in zip(axes[-1], columns, strict=True):
        panel.set_xlabel(COSTS_SHOWN[cost])
    return figure


def _here(rows: Sequence[Cost], benchmark: str, model: str) -> list[Cost]:
    return [row for row in rows if (row.benchmark, row.model) == (benchmark, model)]


def _points(rows: Sequence[Cost], cost: str) -> list[tuple[float, float, str]]:
    """Cost, accuracy and name of the runs of a panel whose cost is known."""
    return [
        (value, row.accuracy, row.profile)
        for row in rows
        if row.accuracy is not None and (value := getattr(row, cost)) is not None
    ]


def _panel(axes: Axes, rows: Sequence[Cost], cost: str) -> None:
    points = _points(rows, cost)
    if not points:
        nothing(axes)
        return
    if all(value > 0 for value, *_ in points):
        logarithmic(axes)
    chosen, intervals = (
        looks([row.profile for row in rows]),
        {r.profile: (r.low, r.high) for r in rows},
    )
    for value, share, profile in points:
        low, high = intervals[profile]
        plot(axes, Marks([value], [share], [low], [high]), chosen[profile])
    axes.margins(x=0.15)
