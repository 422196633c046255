"""The samples on which protocols differ, for a reader who wants to see why."""

from pathlib import Path
from typing import Any

import duckdb

from dmlr.files import replacing
from dmlr.spreadsheet import SafeCsv

HEADER = (
    "benchmark", "model", "profile", "seed", "labels", "sample_id", "protocols", "dissenting",
    "protocol", "verdict", "extracted", "compared", "rule", "reason", "judge_reply",
)  # fmt: skip
ROWS = """
SELECT
    runs.benchmark, model, profile, seed, disputed.labels, sample_id, disputed.protocols, dissenting,
    disputed.protocol, verdict, extracted, compared, rule, reason,
    judge_reply
FROM disputed
JOIN runs USING (run)
JOIN samples USING (sample_id)
JOIN protocols AS named ON named.protocol = disputed.protocol
ORDER BY
    dissenting DESC, runs.benchmark, model, seed, profile, disputed.labels, samples.rowid, position
"""
CHUNK = 10_000  # rows that are held at a time: a grid can have millions


def most_disputed(database: duckdb.DuckDBPyConnection, limit: int) -> list[dict[str, Any]]:
    """The first rows of ``disputed.csv`` by their columns' names."""
    rows = database.execute(f"{ROWS} LIMIT {limit:d}").fetchall()
    return [dict(zip(HEADER, row, strict=True)) for row in rows]


def write_disputed(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write ``disputed.csv``: a row per sample and protocol, those most disagree on first.

    ``dissenting`` counts the protocols that do not give the most frequent of the four verdicts. A text
    that a spreadsheet could take for a formula has an apostrophe before it, so a minus sign too.
    """
    found = database.execute(ROWS)
    with (
        replacing(folder / "disputed.csv") as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = SafeCsv(file, HEADER)
        while rows := found.fetchmany(CHUNK):
            writer.write(rows)
