"""The benchmarks' own metrics: groups that count as one, parts, and means of parts."""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any, Literal

import duckdb
import numpy as np

from dmlr.store.bootstrap import share_interval
from dmlr.store.shares import Design
from dmlr.store.statistics import accuracy
from dmlr.store.table import Table, write_table


@dataclass(frozen=True)
class Definition:
    """How one metric comes from the values of one group of the samples.

    It belongs to the benchmarks whose samples have the group ``marker``. ``key`` is the group that
    counts, besides the loaders' groups category, or all for the whole benchmark. Of its values, ``each``
    is the accuracy of every one; ``together`` the share of those that have all samples correct; ``mean``
    the plain mean of their accuracies. ``whole`` is how many samples with a gold such a value must have
    (together), or how many values there must be (mean): what a subset cuts is left out. None where the
    source has no fixed number; a subset is then judged by what it has. Values that ``skipped`` matches
    do not count. Where samples are ``clustered``, those of a unit (view units) depend on each other.
    """

    metric: str
    marker: str
    key: str
    how: Literal["each", "together", "mean"]
    units: str
    whole: int | None = None
    skipped: str = ""
    clustered: bool = False


DEFINITIONS = (
    # HallusionBench, utils.py: over questions, over figures, and over a question with all its figures.
    # A question of VS without its figure (figure 0) belongs to none. Questions without a picture are not
    # in our data, so qAcc is that of the image subset.
    Definition("aAcc", "figure", "all", "each", "questions", clustered=True),
    Definition("fAcc", "figure", "figure", "together", "figures", skipped="VS/.*_0"),
    Definition("qAcc", "question", "question", "together", "question groups"),
    # MMVP: the paper counts pairs; VLMEvalKit and lmms-eval report both.
    Definition("item accuracy", "pair", "all", "each", "questions", clustered=True),
    Definition("pair accuracy", "pair", "pair", "together", "pairs", whole=2),
    # MMStar: 6 categories of 250 and the mean over all 1500; lmms-eval's average is the mean of 18 axes.
    Definition("final score", "axis", "all", "each", "questions"),
    Definition("category", "axis", "category", "each", "questions"),
    Definition("mean of categories", "axis", "category", "mean", "categories", whole=6),
    Definition("mean of axes", "axis", "axis", "mean", "axes", whole=18),
    # MATH-V, evaluate.py: by subject and level. MathVista: by the kind of the answer. MM-Math, eval.py:
    # by difficulty and grade.
    Definition("subject", "subject", "subject", "each", "questions"),
    Definition("level", "level", "level", "each", "questions"),
    Definition("answer type", "answer_type", "answer_type", "each", "questions"),
    Definition("difficulty", "difficulty", "difficulty", "each", "questions"),
    Definition("grade", "difficulty", "grade", "each", "questions"),
)


@dataclass(frozen=True)
class Metric:
    """One metric of one run under a protocol and labels; shares in percent.

    ``total`` counts the units, ``n`` those with a score, ``hits`` the right ones (None for a mean, whose
    units are shares). ``low`` and ``high`` are Wilson's interval where the units are independent, else
    the bootstrap's: of whole clusters, and of a mean's samples within its parts; None where nothing
    tells how far these differ. ``floor`` and ``ceiling`` are the value if all that is open were wrong
    or right; what has no gold is wrong in both. ``unparsed``, ``failed`` and ``no_gold`` count
    samples. ``final`` as in the table of accuracies.
    """

    benchmark: str
    model: str
    profile: str
    seed: int
    protocol: str
    labels: str
    metric: str
    units: str
    total: int
    n: int
    hits: int | None
    accuracy: float | None
    low: float | None
    high: float | None
    floor: float
    ceiling: float
    unparsed: int
    failed: int
    no_gold: int
    final: bool


DEFINED = """
WITH defined AS (SELECT unnest($definitions, recursive := true)),
marked AS (SELECT DISTINCT benchmark, unnest(json_keys(groups)) AS marker FROM samples)
"""
# The values of groups that a definition asks for, then what each, together and mean make of them.
MEASURED = """,
wanted AS (
    SELECT
        runs.benchmark, runs.model, runs.profile, runs.seed, defined.*, groups.*,
        n > 0 OR unparsed + failed > 0 AS judged
    FROM groups
    JOIN runs USING (run)
    JOIN defined ON defined.key = groups.name
    JOIN marked ON marked.benchmark = runs.benchmark AND marked.marker = defined.marker
    WHERE NOT regexp_full_match(groups.value, skipped)
),
parts AS (
    SELECT
        * EXCLUDE (score),
        100 * correct / nullif(n, 0) AS accuracy,
        100 * correct / samples AS floor,
        100 * (correct + unparsed + failed) / samples AS ceiling
    FROM wanted
    WHERE how <> 'together'
),
measured AS (
    SELECT
        benchmark, model, profile, seed, protocol, labels, place,
        metric || CASE WHEN name = 'all' THEN '' ELSE ': ' || value END AS metric, units,
        samples AS total, n, correct AS hits, accuracy, floor, ceiling,
        samples, unparsed, failed, no_gold
    FROM parts
    WHERE how = 'each'
    UNION ALL
    SELECT
        benchmark, model, profile, seed, protocol, labels, place, metric, units,
        count(*), count(score), count(*) FILTER (score = 1),
        100 * avg(score),
        100 * count(*) FILTER (score = 1) / count(*),
        100 * count(*) FILTER (score = 1 OR (score IS NULL AND judged)) / count(*),
        sum(samples), sum(unparsed), sum(failed), sum(no_gold)
    FROM wanted
    WHERE how = 'together' AND (whole IS NULL OR samples - no_gold = whole)
    GROUP BY benchmark, model, profile, seed, protocol, labels, place, metric, units
    UNION ALL
    SELECT
        benchmark, model, profile, seed, protocol, labels, place, metric, units,
        count(*), count(accuracy), NULL,
        CASE WHEN count(accuracy) = count(*) THEN avg(accuracy) END, avg(floor), avg(ceiling),
        sum(samples), sum(unparsed), sum(failed), sum(no_gold)
    FROM parts
    WHERE how = 'mean'
    GROUP BY benchmark, model, profile, seed, protocol, labels, place, metric, units, whole
    HAVING whole IS NULL OR count(*) = whole
)
SELECT
    benchmark, model, profile, seed, protocol, labels, metric, units, total, n, hits, accuracy,
    floor, ceiling, unparsed, failed, no_gold,
    unparsed + failed <= max_unscored_share * (samples - no_gold) AS final
FROM measured
JOIN protocols USING (protocol)
CROSS JOIN experiment
ORDER BY
    benchmark, model, position, labels, seed, profile <> $baseline, profile, place, metric
"""
# What the bootstrap takes: the scores of a metric's samples, what is drawn whole, and a mean's parts.
DRAWN = """
SELECT
    runs.benchmark, model, profile, seed, protocol, labels, metric,
    list(score ORDER BY verdicts.sample_id),
    list(unit ORDER BY verdicts.sample_id),
    list(part.value ORDER BY verdicts.sample_id)
FROM verdicts
JOIN runs USING (run)
JOIN marked USING (benchmark)
JOIN defined USING (marker)
JOIN members AS part ON part.sample_id = verdicts.sample_id AND part.name = key
JOIN units ON units.sample_id = verdicts.sample_id
WHERE rule <> 'no gold' AND (defined.clustered OR how = 'mean')
GROUP BY ALL
"""
COLUMNS = tuple(one.name for one in fields(Metric))
HEADER = (*COLUMNS[:8], "n", "value [95 %]", "bounds", "unparsed", "failed", "no gold")


def metrics(database: duckdb.DuckDBPyConnection, baseline: str) -> list[Metric]:
    """All metrics of all runs, the runs in the order of the table of accuracies."""
    told = [asdict(one) | {"place": place} for place, one in enumerate(DEFINITIONS)]
    drawn = database.execute(DEFINED + DRAWN, {"definitions": told}).fetchall()
    samples = {row[:7]: row[7:] for row in drawn}
    keys = {"definitions": told, "baseline": baseline}
    rows = database.execute(DEFINED + MEASURED, keys).fetchall()
    return [_metric(row, samples.get(row[:7])) for row in rows]


def write_metrics(found: list[Metric], folder: Path, notes: Sequence[str] = ()) -> None:
    """Write the table ``metrics``, a row per metric; shares in percent."""
    rows, shown = [*map(astuple, found)], [*map(_words, found)]
    write_table(Table("metrics", COLUMNS, rows, HEADER, shown, notes), folder)


def _metric(row: tuple[Any, ...], samples: tuple[list[Any], ...] | None) -> Metric:
    interval: tuple[float | None, float | None] = (None, None)
    if row[11] is not None:
        interval = _drawn(*samples) if samples else _wilson(hits=row[10], n=row[9])
    return Metric(*[*row[:12], *interval, *row[12:]])


def _drawn(
    scores: list[int | None], units: list[str], parts: list[str]
) -> tuple[float | None, float | None]:
    design = Design(units, categories=parts)
    found = share_interval(np.array(scores, dtype=np.float64), design)
    return (found.low, found.high) if found else (None, None)


def _wilson(*, hits: int, n: int) -> tuple[float | None, float | None]:
    found = accuracy(hits, n)
    return (found.low, found.high) if found else (None, None)


def _words(one: Metric) -> list[str]:
    bounds = f"{one.floor:.1f}–{one.ceiling:.1f}"
    unscored = map(str, (one.unparsed, one.failed, one.no_gold))
    return [*_names(one), f"{one.n} of {one.total}", _value(one), bounds, *unscored]


def _names(one: Metric) -> list[str]:
    """The names of a run and its metric, each on one line."""
    return [" ".join(str(getattr(one, name)).split()) for name in COLUMNS[:8]]


def _value(one: Metric) -> str:
    if not one.final:
        return "not final"
    if one.accuracy is None:
        return "–"
    interval = "" if one.low is None else f" [{one.low:.1f}, {one.high:.1f}]"
    return f"{one.accuracy:.1f}{interval}"
