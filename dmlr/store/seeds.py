"""All seeds of a profile together: one accuracy, and what other samples and other seeds would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from scipy.stats import t as student

from dmlr.store.bootstrap import Kind, interval
from dmlr.store.cells import Cell
from dmlr.store.drawn import Place, count, drawn, drawn_pairs, kinds_accuracy, kinds_share
from dmlr.store.statistics import Proportion
from dmlr.store.variance import samples_error, seeds_error

PATTERNS = """
SELECT benchmark, model, profile, protocol, labels, list(scores), list(samples)
FROM patterns
GROUP BY ALL
"""


@dataclass(frozen=True)
class OverSeeds:
    """A profile on a benchmark under a protocol and labels, all its seeds together.

    ``n`` counts the scored answers of all seeds, ``accuracy`` is the share of correct ones; its interval
    draws samples, or whole clusters, with all their answers. ``floor`` and ``ceiling`` as in a Cell.
    ``deviation`` is the standard deviation of the seeds' accuracies, in points. The standard errors of
    the accuracy, in points, are those over other samples (``samples_error``), over other seeds
    (``seeds_error``) and over both (``error``). ``difference`` is in points against the baseline with
    the same seeds, on the ``pairs`` answers scored in both, with its interval; its ``p_value`` is from
    Student's t of the difference over its samples' error. ``final`` and ``pairs_final`` are False where
    they are so for a seed. With one seed all that a Cell has is as there, so the intervals and the
    p-value too, and what takes several is None.
    """

    benchmark: str
    model: str
    profile: str
    protocol: str
    labels: str
    seeds: int
    samples: int
    n: int
    unparsed: int
    failed: int
    no_gold: int
    accuracy: Proportion | None
    floor: float
    ceiling: float
    deviation: float | None
    samples_error: float | None
    seeds_error: float | None
    error: float | None
    pairs: int | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    p_value: float | None
    final: bool
    pairs_final: bool


def over_seeds(
    database: duckdb.DuckDBPyConnection, found: Sequence[Cell], baseline: str
) -> list[OverSeeds]:
    """The cells of whole runs put together over their seeds, in the order of the first of each."""
    families: dict[Place, list[Cell]] = {}
    for cell in found:
        if cell.category is None:
            families.setdefault(cell.place._replace(seed=None), []).append(cell)
    shares, differences = drawn(database), drawn_pairs(database, baseline)
    between = _between(database)
    joined = []
    for place, cells in families.items():
        one = cells[0].place if len(cells) == 1 else place
        kinds = shares.get(one, _samples(cells[0]) if len(cells) == 1 else [])
        told = _accuracy(cells, kinds, between.get(place)) | _difference(
            cells, differences.get(one, [])
        )
        joined.append(OverSeeds(**_counts(cells), **told))
    return joined


def _between(database: duckdb.DuckDBPyConnection) -> dict[Place, float | None]:
    """The seeds' error of every profile that has several."""
    found = {}
    for *names, scores, samples in database.execute(PATTERNS).fetchall():
        place = Place(*[*names[:3], None, *names[3:], None])
        found[place] = seeds_error(np.repeat(np.array(scores, dtype=np.float64), samples, axis=0))
    return found


def _samples(cell: Cell) -> list[Kind]:
    """A run's samples as units."""
    return [Kind(1, 1, cell.correct), Kind(0, 1, cell.n - cell.correct)]


def _counts(cells: list[Cell]) -> dict[str, Any]:
    answers = sum(cell.samples for cell in cells)
    same = ("benchmark", "model", "profile", "protocol", "labels", "samples")
    added = ("n", "unparsed", "failed", "no_gold")
    return {name: getattr(cells[0], name) for name in same} | {
        **{name: sum(getattr(cell, name) for cell in cells) for name in added},
        "seeds": len(cells),
        "floor": sum(cell.floor * cell.samples for cell in cells) / answers,
        "ceiling": sum(cell.ceiling * cell.samples for cell in cells) / answers,
        "final": all(cell.final for cell in cells),
        "pairs_final": all(cell.pairs_final for cell in cells),
    }


def _accuracy(cells: list[Cell], kinds: list[Kind], between: float | None) -> dict[str, Any]:
    several = len(cells) > 1
    shares = [cell.accuracy.value for cell in cells if cell.accuracy]
    within = samples_error(kinds)
    both = None if within is None or between is None else float(np.hypot(within, between))
    return {
        "accuracy": kinds_accuracy(kinds) if several else cells[0].accuracy,
        "deviation": float(np.std(shares, ddof=1)) if len(shares) > 1 else None,
        "samples_error": within,
        "seeds_error": between,
        "error": both,
    }


def _difference(cells: list[Cell], kinds: list[Kind]) -> dict[str, Any]:
    names = ("pairs", "difference", "difference_low", "difference_high", "p_value")
    if len(cells) == 1:
        return {name: getattr(cells[0], name) for name in names}
    if not kinds:
        return dict.fromkeys(names)
    difference, found = kinds_share(kinds), interval([kinds])
    return {
        "pairs": count(kinds),
        "difference": difference,
        "difference_low": found.low if found else None,
        "difference_high": found.high if found else None,
        "p_value": _p_value(difference, kinds),
    }


def _p_value(difference: float, kinds: list[Kind]) -> float | None:
    """Two-sided, of no difference; None where the units do not tell how far they differ."""
    error = samples_error(kinds)
    if not error:
        return None if difference or error is None else 1.0
    units = sum(kind.units for kind in kinds)
    return float(2 * student.sf(abs(difference) / error, units - 1))
