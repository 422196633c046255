"""The explorer: all samples of a benchmark with one model and seed, the profiles side by side."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from dmlr.report.data import Run
from dmlr.report.golds import answer, ordered
from dmlr.report.links import explorer_page
from dmlr.report.sample_data import CHUNK, Benchmark
from dmlr.report.text import cut

ROOM = 1_500_000  # characters of the table that stands in a page for readers without scripts
LONGEST = 160  # characters of a question or an answer in that table

MAIN = """
SELECT sample_id, arg_min({'verdict': verdict, 'extracted': extracted}, place)
FROM (
    SELECT
        sample_id, verdict, extracted,
        row_number() OVER (
            PARTITION BY sample_id ORDER BY position, labels <> 'official', labels
        ) AS place
    FROM verdicts
    JOIN protocols USING (protocol)
    WHERE run = ?
)
GROUP BY sample_id
"""


@dataclass(frozen=True)
class Said:
    """A run's verdict on one sample, and the answer that was read, under the main protocol."""

    verdict: str
    extracted: str | None


@dataclass(frozen=True)
class Row:
    """One sample in the table; ``said`` has an entry for each run, None where it has no verdict."""

    sample_id: str
    question: str | None
    gold: str | None
    said: list[Said | None]


@dataclass(frozen=True)
class Explorer:
    """One page: the runs of a benchmark, a model and a seed, the baseline's first.

    ``rows`` are the first of ``samples`` rows, as many as a page has room for; ``facts`` is what the
    page's scripts must know, as JSON.
    """

    runs: list[Run]
    protocol: str
    labels: str
    samples: int
    rows: list[Row]
    facts: str

    @property
    def page(self) -> str:
        """Name of the page's file."""
        first = self.runs[0]
        return explorer_page(first.benchmark, first.model, first.seed)


def main_labels(database: duckdb.DuckDBPyConnection, run: str) -> tuple[str, str]:
    """Protocol and label set that mark samples: the first protocol, the official labels if there are."""
    found = database.execute(
        "SELECT protocol, labels FROM verdicts JOIN protocols USING (protocol) WHERE run = ? "
        "ORDER BY position, labels <> 'official', labels LIMIT 1",
        [run],
    ).fetchone()
    return found or ("", "")


def explorer(
    database: duckdb.DuckDBPyConnection, found: Benchmark, runs: Sequence[Run], attentive: set[str]
) -> Explorer:
    """The page of some runs; ``attentive`` are those of which maps of attention were kept."""
    protocol, labels = main_labels(database, runs[0].run)
    facts = {
        "benchmark": found.name,
        "chunk": CHUNK,
        "protocol": protocol,
        "labels": labels,
        "runs": [
            {"run": run.run, "profile": run.profile, "attention": run.run in attentive}
            for run in runs
        ],
    }
    told = json.dumps(facts, ensure_ascii=False)
    rows = _rows(database, found, runs)
    return Explorer(list(runs), protocol, labels, len(found.rows), rows, told)


def _rows(database: duckdb.DuckDBPyConnection, found: Benchmark, runs: Sequence[Run]) -> list[Row]:
    said = [
        {
            sample: Said(verdict["verdict"], cut(verdict["extracted"], LONGEST))
            for sample, verdict in database.execute(MAIN, [run.run]).fetchall()
        }
        for run in runs
    ]
    rows, room = [], ROOM
    for one in found.rows:
        golds = [gold for _, gold in ordered(one["gold"]) if gold]
        gold = cut(answer(golds[0]), LONGEST) if golds else None
        sample = one["sample_id"]
        row = Row(sample, cut(one["question"], LONGEST), gold, [each.get(sample) for each in said])
        room -= _size(row)
        if room < 0:
            break
        rows.append(row)
    return rows


def _size(row: Row) -> int:
    """Characters of a row in the page, generously: what is escaped takes up to six times its length."""
    texts = [row.sample_id, row.question, row.gold, *(s.extracted for s in row.said if s)]
    return 200 + 80 * len(row.said) + sum(2 * len(text or "") for text in texts)
