"""Many tests at once."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from statsmodels.stats.multitest import multipletests


@dataclass(frozen=True)
class Adjusted:
    """A p-value after Holm, of a family of so many ``tests``; None where nothing was tested."""

    p_value: float | None
    tests: int


def adjusted(p_values: Sequence[float | None], families: Sequence[Hashable]) -> list[Adjusted]:
    """P-values that bound the chance of one false finding or more in a family of tests.

    The step-down procedure of Holm (1979, Scandinavian Journal of Statistics 6): of m tests, the k-th
    smallest is taken times m - k + 1, is no smaller than the one before, and at most 1.

    Args:
        p_values: None is a comparison without a test; it does not count.
        families: which family each belongs to.
    """
    tested: dict[Hashable, list[int]] = {}
    for place, family in enumerate(families):
        if p_values[place] is not None:
            tested.setdefault(family, []).append(place)
    found = [Adjusted(None, len(tested.get(family, []))) for family in families]
    for members in tested.values():
        values = multipletests([p_values[place] for place in members], method="holm")[1]
        for place, value in zip(members, values.tolist(), strict=True):
            found[place] = Adjusted(value, len(members))
    return found
