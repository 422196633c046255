"""What the judges' verdicts took: judgements, tokens and money, as CSV and Markdown."""

from pathlib import Path
from typing import Any

import duckdb

from dmlr.files import replacing, write_text
from dmlr.spreadsheet import SafeCsv
from dmlr.store.rows import markdown_text

HEADER = (
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


def write_judging(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write ``judging.csv`` and ``judging.md``, a row per run, protocol and served model.

    Dollars are at the prices of the catalog of judges, empty where it has none.
    """
    rows = database.execute(ROWS).fetchall()
    with (
        replacing(folder / "judging.csv") as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        SafeCsv(file, HEADER).write([*row[:-1], _price(row[-1])] for row in rows)
    words = [[*map(str, row[:-1]), _price(row[-1]) or "unknown"] for row in rows]
    header = [name.replace("_", " ") for name in HEADER]
    write_text(folder / "judging.md", markdown_text(header, words))


def _price(dollars: Any) -> str:
    return "" if dollars is None else f"{dollars:.4f}"
