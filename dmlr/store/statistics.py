"""Intervals and tests, from scipy."""

from dataclasses import dataclass

from scipy.stats import binomtest

LEVEL = 0.95


@dataclass(frozen=True)
class Proportion:
    """A share with its interval, all in percent."""

    value: float
    low: float
    high: float


def accuracy(correct: int, n: int) -> Proportion | None:
    """Share of correct among ``n`` scored samples with its Wilson interval; None without samples."""
    if n == 0:
        return None
    interval = binomtest(correct, n).proportion_ci(confidence_level=LEVEL, method="wilson")
    return Proportion(100 * correct / n, 100 * interval.low, 100 * interval.high)


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided McNemar p-value from the counts of discordant pairs; 1.0 where there are none."""
    discordant = only_first + only_second
    return float(binomtest(only_first, discordant).pvalue) if discordant else 1.0
