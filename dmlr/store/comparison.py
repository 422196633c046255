"""Two scores of the same samples, compared: in pairs, and many such comparisons at once."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dmlr.store.multiple import holm
from dmlr.store.power import detectable_paired
from dmlr.store.statistics import mcnemar


@dataclass(frozen=True)
class Comparison:
    """Scores of ``pairs`` samples, at least one, that one side alone or the other alone has right."""

    pairs: int
    only_one: int
    only_other: int

    @property
    def difference(self) -> float:
        """One side's accuracy less the other's, in points."""
        return 100 * (self.only_one - self.only_other) / self.pairs

    @cached_property
    def p_value(self) -> float:
        """Of the exact McNemar test."""
        return mcnemar(self.only_one, self.only_other)

    @cached_property
    def detectable(self) -> float | None:
        """The difference that the test would find with power 0.8; see ``detectable_paired``."""
        return detectable_paired(self.pairs, 100 * (self.only_one + self.only_other) / self.pairs)


@dataclass(frozen=True)
class Adjusted:
    """A p-value after Holm, of a family of so many ``tests``; None where nothing was tested."""

    p_value: float | None
    tests: int


def adjusted(p_values: Sequence[float | None], families: Sequence[Hashable]) -> list[Adjusted]:
    """Holm's p-values, each within its family; ``families`` says which that is."""
    places: dict[Hashable, list[int]] = {}
    for place, family in enumerate(families):
        if p_values[place] is not None:
            places.setdefault(family, []).append(place)
    found = [Adjusted(None, len(places.get(family, []))) for family in families]
    for members in places.values():
        values = holm(np.array([p_values[place] for place in members], dtype=np.float64))
        for place, value in zip(members, values.tolist(), strict=True):
            found[place] = Adjusted(value, len(members))
    return found
