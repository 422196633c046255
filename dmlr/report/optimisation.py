"""What the latent optimisation of a run did, step by step, as numbers and as charts."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from dmlr.report.charts import Chart, Line, Point, band, bars, points, step_axis, y_axis
from dmlr.report.numbers import decimals


@dataclass(frozen=True)
class Step:
    """One step over the ``n`` samples that have it; step -1 is the start, before any update.

    ``reward`` is the mean of the step's highest reward, between the quartiles ``low`` and ``high``;
    ``running_best`` the mean of the highest reward so far, the start included; ``patches`` the
    mean number of patches of the best sequence, ``budget`` the most it may have (None: no limit);
    ``best_here`` the number of samples whose best step this is.
    """

    step: int
    n: int
    reward: float
    low: float
    high: float
    running_best: float
    patches: float | None
    budget: float | None
    best_here: int


@dataclass(frozen=True)
class Optimisation:
    """All steps; ``improved`` of ``n`` samples ended above their initial reward."""

    steps: list[Step]
    n: int
    improved: int
    initial: float
    best: float
    charts: list[Chart]


STEPS = """
WITH rewards AS (
    SELECT
        sample_id, -1 AS step, initial_reward AS reward, NULL AS patches, NULL AS budget, best_step
    FROM predictions
    WHERE run = $run AND isfinite(initial_reward)
    UNION ALL
    SELECT
        traces.sample_id, traces.step, traces.reward, list_sum(traces.patch_counts),
        CASE
            WHEN traces.patch_budget = -1 THEN NULL
            -- A budget is each think token's; what a union may hold is the whole sequence's.
            WHEN runs.settings ->> '$.profile.patch_growth' = 'budget' THEN traces.patch_budget
                * ceil(len(traces.patch_counts) / (runs.settings -> '$.profile.injection_stride')::INT)
            ELSE traces.patch_budget
        END,
        predictions.best_step
    FROM traces
    JOIN predictions USING (run, sample_id)
    JOIN runs USING (run)
    WHERE run = $run AND isfinite(traces.reward)
),
running AS (
    SELECT *, max(reward) OVER (PARTITION BY sample_id ORDER BY step) AS running_best
    FROM rewards
),
final AS (
    SELECT
        step, count(*), avg(reward), quantile_cont(reward, 0.25), quantile_cont(reward, 0.75),
        avg(running_best), avg(patches), avg(budget), count(*) FILTER (best_step = step)
    FROM running
    GROUP BY step
)
SELECT * FROM final ORDER BY step
"""
OUTCOME = """
SELECT
    count(*), count(*) FILTER (best_reward > initial_reward), avg(initial_reward), avg(best_reward)
FROM predictions
WHERE run = ? AND isfinite(initial_reward) AND isfinite(best_reward)
"""


def optimisation(database: duckdb.DuckDBPyConnection, run: str) -> Optimisation | None:
    """Summarise the traces of a run; None for a run without any."""
    steps = [Step(*row) for row in database.execute(STEPS, {"run": run}).fetchall()]
    outcome = database.execute(OUTCOME, [run]).fetchone()
    if outcome is None or outcome[0] == 0 or not any(step.step >= 0 for step in steps):
        return None
    charts = [_reward_chart(steps), _patch_chart(steps), _best_chart(steps)]
    n, improved, initial, best = outcome
    return Optimisation(steps, n, improved, initial, best, charts)


def _reward_chart(steps: Sequence[Step]) -> Chart:
    low = min(min(s.low, s.reward) for s in steps)
    high = max(max(s.high, s.running_best) for s in steps)
    (x, x_ticks), (y, y_ticks) = step_axis([s.step for s in steps]), y_axis(low, high)
    means: list[Point] = [(s.step, s.reward) for s in steps]
    best: list[Point] = [(s.step, s.running_best) for s in steps]
    first, last = steps[0], steps[-1]
    says = (
        f"The mean reward goes from {decimals(first.reward, 2)} to {decimals(last.reward, 2)}, the "
        f"mean of the running best from {decimals(first.running_best, 2)} to "
        f"{decimals(last.running_best, 2)} (n = {first.n} samples at the start, {last.n} at the "
        "end)."
    )
    lines = [
        Line("mean", "mean of the step's reward", points(means, x, y)),
        Line("best", "mean of the running best", points(best, x, y)),
    ]
    area = band([(s.step, s.low) for s in steps], [(s.step, s.high) for s in steps], x, y)
    return Chart("rewards", "Reward", says, x_ticks, y_ticks, lines, area)


def _patch_chart(steps: Sequence[Step]) -> Chart:
    taken = [s for s in steps if s.patches is not None]
    most = max(max(s.patches or 0.0, s.budget or 0.0) for s in taken)
    (x, x_ticks), (y, y_ticks) = step_axis([s.step for s in steps]), y_axis(0.0, most)
    held: list[Point] = [(s.step, s.patches) for s in taken]
    lines = [Line("best", "mean number held", points(held, x, y))]
    limit = "without a limit"
    if (allowed := taken[-1].budget) is not None:
        budget: list[Point] = [(s.step, s.budget) for s in taken]
        lines.append(Line("limit", "most allowed", points(budget, x, y)))
        limit = f"of at most {decimals(allowed)}"
    says = (
        f"The best sequence holds {decimals(taken[0].patches)} patches after the first step and "
        f"{decimals(taken[-1].patches)} after the last, {limit} (means, n = {taken[-1].n} samples)."
    )
    return Chart("patches", "Injected patches", says, x_ticks, y_ticks, lines)


def _best_chart(steps: Sequence[Step]) -> Chart:
    counts = [(s.step, s.best_here) for s in steps]
    x, x_ticks = step_axis([s.step for s in steps], room=0.6)
    y, y_ticks = y_axis(0, max(count for _, count in counts))
    often = max(counts, key=lambda pair: pair[1])
    start = sum(count for step, count in counts if step < 0)
    says = (
        f"The best reward is met most often at step {often[0]} ({often[1]} samples); {start} of "
        f"{sum(count for _, count in counts)} samples never rise above their start."
    ).replace("at step -1", "at the start")
    title = "Samples by the step of their best reward"
    return Chart("best-step", title, says, x_ticks, y_ticks, bars=bars(counts, x, y))
