"""Means over samples with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import bootstrap

from dmlr.files import digest
from dmlr.store.statistics import LEVEL

RESAMPLES = 2000
AT_ONCE = 100  # resamples that are in memory together


@dataclass(frozen=True)
class Mean:
    """A mean of ``n`` samples; no interval where nothing tells how far samples differ."""

    n: int
    value: float
    low: float | None
    high: float | None


def mean(values: Sequence[float], purpose: Sequence[str | int]) -> Mean | None:
    """The mean with the percentile interval of a bootstrap over samples (Efron 1979).

    Args:
        values: one for each sample.
        purpose: names what this is for (benchmark, model, profile, ...); it alone seeds the draws.

    Returns:
        None where there is no sample.
    """
    found: Float[np.ndarray, " sample"] = np.array(values, dtype=np.float64)
    if not len(found):
        return None
    low = high = None
    if np.ptp(found) > 0:
        interval = bootstrap(
            (found,), np.mean, n_resamples=RESAMPLES, batch=AT_ONCE, vectorized=True,
            confidence_level=LEVEL, method="percentile",
            rng=np.random.default_rng(int(digest(list(purpose)), 16)),
        ).confidence_interval  # fmt: skip
        low, high = float(interval.low), float(interval.high)
    return Mean(len(found), float(found.mean()), low, high)
