"""What the judges' verdicts took: judgements, tokens and money."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from dmlr.store.table import Table, write_table

COLUMNS = (
    "benchmark", "model", "profile", "seed", "protocol", "judge", "judge_model", "judgements",
    "input_tokens", "output_tokens", "dollars",
)  # fmt: skip
ROWS = """
SELECT
    benchmark, model, profile, seed, protocol, judging.judge, judge_model, judgements,
    judging.input_tokens, judging.output_tokens, dollars
FROM judging
JOIN runs USING (run)
JOIN protocols USING (protocol)
ORDER BY benchmark, model, seed, profile, position, judge_model
"""


def write_judging(
    database: duckdb.DuckDBPyConnection, folder: Path, notes: Sequence[str] = ()
) -> None:
    """Write the table ``judging``, a row per run, protocol and served model.

    Dollars are at the prices of the catalog of judges, empty where it has none.
    """
    rows = database.execute(ROWS).fetchall()
    header = [name.replace("_", " ") for name in COLUMNS]
    shown = [[*map(_line, row[:-1]), _price(row[-1])] for row in rows]
    write_table(Table("judging", COLUMNS, rows, header, shown, notes), folder)


def _line(value: str | int) -> str:
    """A judge's server names its model as it likes."""
    return " ".join(str(value).split())


def _price(dollars: float | None) -> str:
    return "unknown" if dollars is None else f"{dollars:.4f}"
