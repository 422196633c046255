"""Intervals and tests of single shares, from scipy and statsmodels."""

from dataclasses import dataclass
from functools import cache

from scipy.stats import binomtest
from statsmodels.stats import contingency_tables

LEVEL = 0.95


@dataclass(frozen=True)
class Proportion:
    """A share with its interval, all in percent."""

    value: float
    low: float
    high: float


@cache
def accuracy(correct: int, n: int) -> Proportion | None:
    """Share of correct among ``n`` scored samples with its Wilson interval; None without samples.

    The score interval of Wilson (1927, Journal of the American Statistical Association 22).
    """
    if n == 0:
        return None
    interval = binomtest(correct, n).proportion_ci(confidence_level=LEVEL, method="wilson")
    return Proportion(100 * correct / n, 100 * interval.low, 100 * interval.high)


@cache
def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided McNemar p-value from the counts of discordant pairs; 1.0 where there are none."""
    table = [[0, only_first], [only_second, 0]]
    return float(contingency_tables.mcnemar(table, exact=True).pvalue)
