"""How far the protocols agree on the same answers: by pairs, and all of a run together."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from dmlr.store.table import Table, write_table

KEYS = ("benchmark", "model", "profile", "seed", "labels")
COUNTS = (
    "both_correct", "only_first_correct", "only_second_correct", "both_wrong", "only_first_scored",
    "only_second_scored",
)  # fmt: skip
PAIRS = (
    *KEYS, "first_protocol", "second_protocol", "samples", "n", "agreement", "kappa", "alpha", "shift",
    *COUNTS,
)  # fmt: skip
ALL = (*KEYS, "protocols", "samples", "n", "agreement", "alpha")

# In the order of the runs, then of the protocols.
PAIR_ROWS = f"""
SELECT {", ".join(KEYS)}, first_protocol, second_protocol, samples, {", ".join(COUNTS)}
FROM agreement
JOIN runs USING (run)
JOIN protocols AS one ON one.protocol = first_protocol
JOIN protocols AS other ON other.protocol = second_protocol
ORDER BY benchmark, model, seed, profile, labels, one.position, other.position
"""  # noqa: S608
# How many samples have so many correct and so many wrong verdicts, of two protocols or more.
RATINGS = f"""
WITH rated AS (
    SELECT
        run, labels, sample_id,
        count(*) AS protocols,
        count(*) FILTER (verdict = 'correct') AS correct,
        count(*) FILTER (verdict = 'wrong') AS wrong
    FROM verdicts
    GROUP BY ALL
    HAVING count(*) > 1
)
SELECT {", ".join(KEYS)}, protocols, correct, wrong, count(*) AS samples
FROM rated
JOIN runs USING (run)
GROUP BY ALL
ORDER BY benchmark, model, seed, profile, labels, protocols, correct, wrong
"""  # noqa: S608


def write_agreement(
    database: duckdb.DuckDBPyConnection, folder: Path, notes: Sequence[str] = ()
) -> None:
    """Write the tables ``agreement`` (pairs) and ``agreement-all``.

    ``n`` are the samples on which two protocols (of all: two or more) have a score, ``agreement`` the
    share of them, in percent, with one verdict. ``shift`` is the second's accuracy less the first's, in
    points. Unparsed and failed are missing values. What is not defined is empty.
    """
    write_table(of_pairs(database, notes), folder)
    write_table(of_all(database, notes), folder)


def of_pairs(database: duckdb.DuckDBPyConnection, notes: Sequence[str] = ()) -> Table:
    """The table of two protocols at a time."""
    pairs = [_pair(row) for row in database.execute(PAIR_ROWS).fetchall()]
    return _table("agreement", PAIRS, pairs, notes)


def of_all(database: duckdb.DuckDBPyConnection, notes: Sequence[str] = ()) -> Table:
    """The table of all protocols together."""
    ratings = groupby(database.execute(RATINGS).fetchall(), lambda row: row[: len(KEYS) + 1])
    joint = [_joint(key, list(rows)) for key, rows in ratings]
    return _table("agreement-all", ALL, joint, notes)


def cohens_kappa(both: int, only_first: int, only_second: int, neither: int) -> float | None:
    """Cohen's kappa of two raters and two categories from the counts of their table.

    None where it is not defined: no sample, or both raters always say the same one category.
    """
    first, second = both + only_first, both + only_second
    n = first + only_second + neither
    by_chance = first * (n - second) + second * (n - first)
    if by_chance == 0:
        return None
    return 2 * (both * neither - only_first * only_second) / by_chance


def krippendorffs_alpha(units: Iterable[tuple[Sequence[int], int]]) -> float | None:
    """Krippendorff's alpha for nominal values, any number of raters, values missing or not.

    Args:
        units: how many raters gave each category to a unit, and how many such units there are. A unit
            with fewer than two values cannot be paired, so it does not count.

    Returns:
        1 - observed / expected disagreement (Krippendorff 2011, Computing Krippendorff's
        Alpha-Reliability); None where there are no pairs or no second category.
    """
    paired = [(counts, times) for counts, times in units if sum(counts) > 1]
    totals = [sum(n * times for n, times in column) for column in _columns(paired)]
    values = sum(totals)
    by_chance = values**2 - sum(total**2 for total in totals)
    if by_chance == 0:
        return None
    agreeing = sum(
        times * sum(n * (n - 1) for n in counts) / (sum(counts) - 1) for counts, times in paired
    )
    return 1 - (values - 1) * (values - agreeing) / by_chance


def _columns(
    units: Sequence[tuple[Sequence[int], int]],
) -> Iterable[list[tuple[int, int]]]:
    """The units category by category: how many raters gave it, and how many such units there are."""
    rows = ([(n, times) for n in counts] for counts, times in units)
    return map(list, zip(*rows, strict=True))


def _pair(row: tuple[Any, ...]) -> list[Any]:
    both, first, second, neither = table = row[8:12]
    n = sum(table)
    alpha = krippendorffs_alpha([((2, 0), both), ((1, 1), first + second), ((0, 2), neither)])
    shares = (_percent(both + neither, n), cohens_kappa(*table), alpha, _percent(second - first, n))
    return [*row[:8], n, *shares, *row[8:]]


def _joint(key: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> list[Any]:
    """One run under one label set from its rows of correct, wrong and the number of such samples."""
    ratings = [((correct, wrong), times) for *_, correct, wrong, times in rows]
    n = sum(times for counts, times in ratings if sum(counts) > 1)
    one = sum(times for counts, times in ratings if sum(counts) > 1 and 0 in counts)
    samples = sum(times for _, times in ratings)
    return [*key, samples, n, _percent(one, n), krippendorffs_alpha(ratings)]


def _percent(count: int, n: int) -> float | None:
    return 100 * count / n if n else None


def _table(name: str, columns: Sequence[str], rows: list[list[Any]], notes: Sequence[str]) -> Table:
    header = [column.replace("_", " ") for column in columns]
    shown = [[*map(_word, columns, row)] for row in rows]
    return Table(name, columns, rows, header, shown, notes)


def _word(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if not isinstance(value, float):
        return str(value)
    return {"agreement": f"{value:.1f}", "shift": f"{value:+.1f}"}.get(name, f"{value:.3f}")
