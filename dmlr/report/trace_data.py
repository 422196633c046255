"""Traces of the optimisation as JSON, which DuckDB writes: there are too many steps for Python."""

import duckdb

from dmlr.errors import RecordError

PLACES = 5  # decimals of what is shown

# A list of each quantity over the steps of a sample, and the patches of those that are a new best.
TRACES = """
WITH steps AS (
    SELECT
        sample_id, step, candidate_reward, reward, sigma, is_best, patch_count, patch_budget,
        think_norm, update_norm,
        CASE WHEN len(best_patches) > 0 THEN best_patches END AS patches
    FROM traces
    WHERE run = $run
),
final AS (
    SELECT
        sample_id,
        {
            'step': list(step ORDER BY step),
            'reward': list(finite_or_null(reward) ORDER BY step),
            'candidate': list(finite_or_null(candidate_reward) ORDER BY step),
            'sigma': list(finite_or_null(sigma) ORDER BY step),
            'best': list(CAST(is_best AS INTEGER) ORDER BY step),
            'count': list(patch_count ORDER BY step),
            'budget': list(patch_budget ORDER BY step),
            'think_norm': list(finite_or_null(think_norm) ORDER BY step),
            'update_norm': list(finite_or_null(update_norm) ORDER BY step),
            'patches': list(patches ORDER BY step)
        } AS told
    FROM steps
    GROUP BY sample_id
)
SELECT sample_id, CAST(to_json(told) AS VARCHAR) FROM final
"""
ROUNDED = f"""
CREATE OR REPLACE TEMPORARY MACRO finite_or_null(x) AS
    CASE WHEN isfinite(x) THEN round(x, {PLACES}) END
"""
OUTSIDE = """
SELECT sample_id, step, list_max(flatten(traces.best_patches)), grid_rows, grid_columns
FROM traces
JOIN predictions USING (run, sample_id)
WHERE run = ? AND NOT (
    list_min(flatten(traces.best_patches)) >= 0
    AND list_max(flatten(traces.best_patches)) < grid_rows * grid_columns
)
ORDER BY sample_id, step
LIMIT 1
"""


def traces(database: duckdb.DuckDBPyConnection, run: str) -> dict[str, str]:
    """A run's traces by sample, each an object of lists over its steps.

    ``patches`` has for each step what each think token holds in the best state, None where that is as
    before; ``best`` is 1 where a step is a new best.

    Raises:
        RecordError: a patch lies outside of its grid.
    """
    outside = database.execute(OUTSIDE, [run]).fetchone()
    if outside:
        sample_id, step, patch, rows, columns = outside
        raise RecordError(
            f"{run}, {sample_id}, step {step}: best_patches must lie in the {rows} x {columns} grid, "
            f"got {patch}; run snakemake again"
        )
    database.execute(ROUNDED)
    return dict(database.execute(TRACES, {"run": run}).fetchall())
