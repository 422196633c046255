"""Many tests at once."""

import numpy as np
from jaxtyping import Float
from statsmodels.stats.multitest import multipletests


def holm(p_values: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Adjusted p-values that bound the chance of one false finding or more among all tests.

    The step-down procedure of Holm (1979, Scandinavian Journal of Statistics 6): of m tests, the k-th
    smallest is taken times m - k + 1, is no smaller than the one before, and at most 1. NaN is a
    comparison without a test: it stays NaN and does not count.
    """
    tested = ~np.isnan(p_values)
    adjusted = np.full(len(p_values), np.nan)
    adjusted[tested] = multipletests(p_values[tested], method="holm")[1]
    return adjusted
