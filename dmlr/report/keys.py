"""Digests of what the data files come from: rows of the database, files of measures, and our code."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from dmlr.files import digest, file_digest
from dmlr.provenance import fingerprint, versions

# Samples in another order are other chunks.
SAMPLES = """
SELECT
    benchmark, CAST(sum(hash(samples)) AS VARCHAR),
    md5(string_agg(sample_id, chr(10) ORDER BY rowid))
FROM samples
GROUP BY benchmark
"""
OF_RUNS = ("predictions", "verdicts", "traces")
RUNS = """
SELECT run, concat(count(*), ' ', sum(hash({table})))
FROM {table}
GROUP BY run
"""


@dataclass(frozen=True)
class Keys:
    """Digests by the names of benchmarks and runs; equal ones say that nothing has changed."""

    benchmarks: dict[str, str]
    runs: dict[str, str]

    def of_run(self, run: str, benchmark: str, attention: Path) -> str:
        """The key of a run's data: its rows, its benchmark's, and its maps of attention, if any."""
        maps = file_digest(attention) if attention.exists() else None
        return digest([self.benchmarks[benchmark], self.runs[run], maps])


def keys(database: duckdb.DuckDBPyConnection) -> Keys:
    """Digest all rows; an order of rows that says nothing does not count."""
    protocols = database.execute("SELECT protocol FROM protocols ORDER BY position").fetchall()
    code = [fingerprint("report-data"), versions("duckdb")]
    found: dict[str, list[str]] = {}
    for table in OF_RUNS:
        for run, rows in database.execute(RUNS.format(table=table)).fetchall():
            found.setdefault(run, []).append(f"{table} {rows}")
    samples = database.execute(SAMPLES).fetchall()
    return Keys(
        {benchmark: digest([code, *rest]) for benchmark, *rest in samples},
        {run: digest([code, protocols, *rows]) for run, rows in found.items()},
    )
