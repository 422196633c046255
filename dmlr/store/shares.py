"""What a share counts: samples, over all or as the mean of categories."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from dmlr.errors import DataError


@dataclass(frozen=True)
class Design:
    """What each sample belongs to, by its place.

    ``units`` are independent of each other, so a resample draws each whole: a figure, a pair, or the
    sample itself. Where there are ``categories``, the metric is the plain mean of theirs.
    """

    units: Sequence[str]
    categories: Sequence[str] | None = None


@dataclass(frozen=True)
class Items:
    """The samples that are counted, with the numbers of what they belong to.

    Values are 1, 0 or NaN. Units and categories are numbers from 0, in the order of their names.
    """

    values: Float[np.ndarray, " sample"]
    units: Int[np.ndarray, " sample"]
    categories: Int[np.ndarray, " sample"]


def items(scores: Float[np.ndarray, " sample"], design: Design) -> Items:
    """The samples with what they score and belong to.

    Args:
        scores: 1 correct, 0 wrong, NaN unparsed or failed. Samples without a gold must be left out.
        design: what each sample belongs to.

    Raises:
        DataError: a unit lies in two categories.
    """
    units, categories = _numbers(design.units), np.zeros(len(scores), dtype=np.int64)
    if design.categories is not None:
        categories = _numbers(design.categories)
        _check_within(design.units, design.categories)
    return Items(scores, units, categories)


def share(found: Items) -> float | None:
    """The metric in percent.

    None where a category has nothing scored, or where there is no sample.
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


def _check_within(units: Sequence[str], categories: Sequence[str]) -> None:
    found: dict[str, str] = {}
    for unit, category in zip(units, categories, strict=True):
        if found.setdefault(unit, category) != category:
            raise DataError(
                f"unit {unit!r}: must lie in one category, got {found[unit]!r} and {category!r}; "
                "correct the samples' groups or choose another category"
            )
