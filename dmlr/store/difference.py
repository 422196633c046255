"""A paired difference of two scores of the same samples, with its interval and its test."""

from dataclasses import dataclass

from dmlr.store.bootstrap import Interval, Kind, interval
from dmlr.store.power import detectable_paired
from dmlr.store.statistics import mcnemar


@dataclass(frozen=True)
class Difference:
    """First less second over the ``n`` samples, at least one, that both have a score for.

    ``only_first`` and ``only_second`` count the samples that one alone has right.
    """

    n: int
    only_first: int
    only_second: int

    @property
    def value(self) -> float:
        """The first's accuracy less the second's, in points."""
        return 100 * (self.only_first - self.only_second) / self.n

    @property
    def low(self) -> float | None:
        """The lower end of its interval in points; None where all pairs are alike."""
        found = self._interval
        return found.low if found else None

    @property
    def high(self) -> float | None:
        """The upper end; None likewise."""
        found = self._interval
        return found.high if found else None

    @property
    def p_value(self) -> float:
        """Of the exact McNemar test."""
        return mcnemar(self.only_first, self.only_second)

    @property
    def detectable(self) -> float | None:
        """The difference that the test would find with power 0.8; see ``detectable_paired``."""
        return detectable_paired(self.n, 100 * (self.only_first + self.only_second) / self.n)

    @property
    def _interval(self) -> Interval | None:
        """Of samples drawn with what both have said of them: the paired bootstrap, remembered there."""
        alike = self.n - self.only_first - self.only_second
        kinds = Kind(1, 1, self.only_first), Kind(-1, 1, self.only_second), Kind(0, 1, alike)
        return interval([kinds])


def difference(n: int | None, only_first: int | None, only_second: int | None) -> Difference | None:
    """The difference from its counts; None without pairs."""
    if not n or only_first is None or only_second is None:
        return None
    return Difference(n, only_first, only_second)
