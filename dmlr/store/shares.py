"""What a metric counts: samples or whole groups of them, over all or as the mean of categories."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from dmlr.errors import DataError


@dataclass(frozen=True)
class Design:
    """What each sample belongs to, by its place.

    ``units`` are independent of each other, so a resample draws each whole: a figure, a pair, or the
    sample itself. Where there are ``groups``, a group counts as one and is right if all its samples are
    (fAcc, qAcc, pair accuracy). Where there are ``categories``, the metric is the plain mean of theirs.
    """

    units: Sequence[str]
    groups: Sequence[str] | None = None
    categories: Sequence[str] | None = None


@dataclass(frozen=True)
class Items:
    """What is counted: samples, or groups. Values are 1, 0 or NaN, of a difference also -1.

    Units and categories are numbers from 0, in the order of their names.
    """

    values: Float[np.ndarray, " item"]
    units: Int[np.ndarray, " item"]
    categories: Int[np.ndarray, " item"]


def items(scores: Float[np.ndarray, " sample"], design: Design) -> Items:
    """The samples, or their groups, with what they score.

    Args:
        scores: 1 correct, 0 wrong, NaN unparsed or failed. Samples without a gold must be left out.
        design: what each sample belongs to.

    Returns:
        A group has 0 where one sample is wrong, else NaN where one has no score, else 1.

    Raises:
        DataError: a group lies in two units, or a unit in two categories.
    """
    units, categories = _numbers(design.units), np.zeros(len(scores), dtype=np.int64)
    if design.categories is not None:
        categories = _numbers(design.categories)
        _check_within("unit", design.units, "category", design.categories)
    if design.groups is None:
        return Items(scores, units, categories)
    _check_within("group", design.groups, "unit", design.units)
    groups = _numbers(design.groups)
    _, first = np.unique(groups, return_index=True)
    wrong = np.bincount(groups, weights=scores == 0)
    unscored = np.bincount(groups, weights=np.isnan(scores))
    values = np.where(wrong > 0, 0.0, np.where(unscored > 0, np.nan, 1.0))
    return Items(values, units[first], categories[first])


def difference(
    first: Float[np.ndarray, " sample"], second: Float[np.ndarray, " sample"], design: Design
) -> Items:
    """First less second, item by item; NaN where one of them has no score."""
    one, other = items(first, design), items(second, design)
    return Items(one.values - other.values, one.units, one.categories)


def share(found: Items) -> float | None:
    """The metric in percent, of a difference in points.

    None where a category has nothing scored, or where there is no item.
    """
    scored = ~np.isnan(found.values)
    counts = np.bincount(found.categories, weights=scored)
    if not counts.all() or not len(counts):
        return None
    sums = np.bincount(found.categories, weights=np.nan_to_num(found.values))
    return float(100 * np.mean(sums / counts))


def _numbers(names: Sequence[str]) -> Int[np.ndarray, " sample"]:
    places = {name: place for place, name in enumerate(sorted(set(names)))}
    return np.array([places[name] for name in names], dtype=np.int64)


def _check_within(kind: str, inner: Sequence[str], holder: str, outer: Sequence[str]) -> None:
    found: dict[str, str] = {}
    for one, other in zip(inner, outer, strict=True):
        if found.setdefault(one, other) != other:
            raise DataError(
                f"{kind} {one!r}: must lie in one {holder}, got {found[one]!r} and {other!r}; "
                f"correct the samples' groups or choose another {holder}"
            )
