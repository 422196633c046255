"""A paired difference of two scores of the same samples, with its interval and p-value."""

from dataclasses import dataclass

import numpy as np

from dmlr.files import digest
from dmlr.store.bootstrap import RESAMPLES
from dmlr.store.statistics import LEVEL, mcnemar


@dataclass(frozen=True)
class Difference:
    """First less second, in points, over the ``n`` samples that both have a score for.

    ``only_first`` and ``only_second`` count the samples that one alone has right. No interval where
    all pairs are alike: nothing tells how far the difference could be from another one.
    """

    n: int
    only_first: int
    only_second: int
    value: float
    low: float | None
    high: float | None
    p_value: float


def difference(n: int, only_first: int, only_second: int) -> Difference | None:
    """The difference from its counts; None without pairs."""
    if n == 0:
        return None
    low, high = difference_interval(n, only_first, only_second)
    value = 100 * (only_first - only_second) / n
    p_value = mcnemar(only_first, only_second)
    return Difference(n, only_first, only_second, value, low, high, p_value)


def difference_interval(
    n: int, only_first: int, only_second: int
) -> tuple[float | None, float | None]:
    """The percentile interval (Efron 1979) of a paired difference, in points.

    Pairs are drawn anew with what both have said of them. Three kinds of pairs tell all of it, so their
    numbers are drawn. The counts alone seed the draws: equal counts have equal intervals.

    Returns:
        None twice where all pairs are alike, so that every resample is.
    """
    if max(only_first, only_second, n - only_first - only_second) == n:
        return None, None
    shares = np.array([only_first, only_second, n - only_first - only_second]) / n
    generator = np.random.default_rng(int(digest(["difference", n, only_first, only_second]), 16))
    drawn = generator.multinomial(n, shares, size=RESAMPLES)
    values = 100 * (drawn[:, 0] - drawn[:, 1]) / n
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
