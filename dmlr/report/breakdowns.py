"""Accuracy by parts: runs that can be compared, categories, groups, and what they say."""

import dataclasses
from dataclasses import dataclass
from itertools import groupby

import duckdb

from dmlr.report.groups import group_names
from dmlr.report.numbers import NOISE
from dmlr.store.cells import Cell
from dmlr.store.statistics import accuracy


@dataclass(frozen=True)
class Section:
    """Cells that differ in nothing but their part of the samples and their profile."""

    benchmark: str
    model: str
    seed: int
    labels: str
    protocol: str
    rows: list[Cell]


@dataclass(frozen=True)
class Breakdown:
    """Accuracy by the values of one name: the category, or a group of the samples."""

    name: str
    sections: list[Section]


@dataclass(frozen=True)
class Finding:
    """How one profile compares with the baseline; better and worse are those beyond noise."""

    profile: str
    compared: list[Cell]
    better: list[Cell]
    worse: list[Cell]


GROUP_CELLS = """
WITH grouped AS (
    SELECT
        runs.benchmark, runs.model, runs.profile, runs.seed, verdicts.*,
        CAST(samples.groups AS MAP(VARCHAR, VARCHAR))[?] AS part
    FROM verdicts
    JOIN runs USING (run)
    JOIN samples USING (sample_id)
    JOIN protocols USING (protocol)
    WHERE runs.benchmark = ? AND position = 0
),
final AS (
    SELECT
        benchmark, model, profile, seed, run, protocol, labels, part,
        count(*) AS samples,
        count(score) AS n,
        count(*) FILTER (verdict = 'correct') AS correct,
        count(*) FILTER (verdict = 'unparsed') AS unparsed,
        count(*) FILTER (verdict = 'failed' AND rule <> 'no gold') AS failed,
        count(*) FILTER (rule = 'no gold') AS no_gold
    FROM grouped
    WHERE part IS NOT NULL
    GROUP BY ALL
)
SELECT * FROM final ORDER BY ALL
"""


def breakdowns(
    database: duckdb.DuckDBPyConnection, benchmark: str, scored: list[Cell], baseline: str
) -> list[Breakdown]:
    """A benchmark's accuracy by category and by group, under the main protocol.

    Names with a single value are left out.
    """
    parts = [
        cell for cell in main(scored) if cell.benchmark == benchmark and cell.category is not None
    ]
    found = [Breakdown("category", _sections(parts, baseline))]
    for name in group_names(database, benchmark):
        rows = database.execute(GROUP_CELLS, [name, benchmark]).fetchall()
        found.append(Breakdown(name, _sections([_cell(*row) for row in rows], baseline)))
    return [one for one in found if len({c.category for s in one.sections for c in s.rows}) > 1]


def main(scored: list[Cell]) -> list[Cell]:
    """The cells under the main protocol, the experiment's first, which comes first in each benchmark."""
    return [cell for cell in scored if cell.protocol == scored[0].protocol]


def sections(scored: list[Cell], baseline: str) -> list[Section]:
    """The whole runs under the main protocol, those that differ in their profile alone together."""
    return _sections([cell for cell in main(scored) if cell.category is None], baseline)


def _sections(cells: list[Cell], baseline: str) -> list[Section]:
    def condition(cell: Cell) -> tuple[str, str, int, str, str]:
        return cell.benchmark, cell.model, cell.seed, cell.labels, cell.protocol

    def place(cell: Cell) -> tuple[str, bool, str]:
        return cell.category or "", cell.profile != baseline, cell.profile

    ordered = sorted(cells, key=lambda cell: (condition(cell), place(cell)))
    return [Section(*c, list(rows)) for c, rows in groupby(ordered, condition)]


@dataclass(frozen=True)
class Row:
    """One run under one label set, a cell for each protocol in the experiment's order."""

    cells: list[Cell]


def by_protocol(scored: list[Cell], baseline: str) -> list[Row]:
    """The whole runs with all their protocols beside each other."""
    order = list(dict.fromkeys(cell.protocol for cell in scored))

    def run(cell: Cell) -> tuple[str, str, int, str, bool, str]:
        names = cell.benchmark, cell.model, cell.seed, cell.labels
        return *names, cell.profile != baseline, cell.profile

    whole = [cell for cell in scored if cell.category is None]
    ordered = sorted(whole, key=lambda cell: (run(cell), order.index(cell.protocol)))
    return [Row(list(cells)) for _, cells in groupby(ordered, run)]


def of_run(found: Breakdown, run: str) -> Breakdown:
    """The same breakdown with the rows of one run alone."""
    parts = [
        dataclasses.replace(section, rows=[cell for cell in section.rows if cell.run == run])
        for section in found.sections
    ]
    return Breakdown(found.name, [section for section in parts if section.rows])


def findings(scored: list[Cell], baseline: str) -> list[Finding]:
    """What can be said of each profile but the baseline, over all its whole runs, as is final."""
    whole = [cell for cell in main(scored) if cell.category is None and cell.profile != baseline]
    found = []
    for profile in sorted({cell.profile for cell in whole}):
        compared = [
            c for c in whole if c.profile == profile and c.p_value is not None and c.pairs_final
        ]
        clear = [c for c in compared if (c.p_value or 0.0) < NOISE]
        better = [cell for cell in clear if (cell.difference or 0.0) > 0]
        worse = [cell for cell in clear if (cell.difference or 0.0) < 0]
        found.append(Finding(profile, compared, better, worse))
    return found


def _cell(
    benchmark: str, model: str, profile: str, seed: int, run: str, protocol: str, labels: str,
    part: str, samples: int, n: int, correct: int, unparsed: int, failed: int, no_gold: int,
) -> Cell:  # fmt: skip
    floor, ceiling = 100 * correct / samples, 100 * (correct + unparsed + failed) / samples
    return Cell(
        benchmark, model, profile, seed, run, protocol, labels, part, samples, n, correct,
        unparsed, failed, accuracy(correct, n), floor, ceiling, no_gold=no_gold,
    )  # fmt: skip
