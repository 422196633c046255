"""Many tests at once."""

import numpy as np
from jaxtyping import Float


def holm(p_values: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Adjusted p-values that bound the chance of one false finding or more among all tests.

    The step-down procedure of Holm (1979, Scandinavian Journal of Statistics 6): of m tests, the k-th
    smallest is taken times m - k + 1, is no smaller than the one before, and at most 1. Equal ones stay
    equal. NaN is a comparison without a test: it stays NaN and does not count.
    """
    tested = np.flatnonzero(~np.isnan(p_values))
    ordered = tested[np.argsort(p_values[tested], kind="stable")]
    raised = p_values[ordered] * np.arange(len(ordered), 0, -1)
    adjusted = np.full(len(p_values), np.nan)
    adjusted[ordered] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return adjusted
