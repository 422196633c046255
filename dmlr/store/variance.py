"""Standard errors: what other samples and other seeds would change."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from dmlr.store.bootstrap import Kind

MINIMUM = 2  # units, samples and seeds that a variance takes


def samples_error(kinds: Sequence[Kind]) -> float | None:
    """Standard error, in points, of a share or a difference over other units; None with one unit.

    All items of a unit go together: the samples of a cluster, and the answers to a sample with several
    seeds. Liang and Zeger (1986, Biometrika 73) for a ratio, as Miller (2024, Adding Error Bars to
    Evals, arXiv 2411.00640) takes it for clusters and paired differences, with units / (units - 1).
    """
    totals, items, units = np.array(kinds, dtype=np.float64).reshape(-1, 3).T
    count = units.sum()
    if count < MINIMUM:
        return None
    left = totals - items * (totals @ units) / (items @ units)
    return float(100 * (count / (count - 1) * left**2 @ units) ** 0.5 / (items @ units))


def seeds_error(scores: Float[np.ndarray, "sample seed"]) -> float | None:
    """Standard error, in points, of a mean over other seeds: what a seed adds to all samples alike.

    Args:
        scores: 1 correct, 0 wrong, NaN unparsed or failed. A sample with a NaN does not count.

    Returns:
        sqrt(v / seeds), v the variance of seeds in two-way crossed random effects with one score per
        cell: (mean square of seeds - that of the residual) / samples, 0 where that is negative
        (Cornfield and Tukey 1956, Annals of Mathematical Statistics 27). None with fewer than two
        samples or seeds. With few seeds it is known badly: three leave two degrees of freedom. What a
        seed adds to one sample alone is in the samples' error, on average over the seeds.
    """
    whole = 100 * scores[~np.isnan(scores).any(axis=1)]
    samples, seeds = whole.shape
    if min(samples, seeds) < MINIMUM:
        return None
    by_sample, by_seed = whole.mean(axis=1), whole.mean(axis=0)
    left = whole - by_sample[:, None] - by_seed + whole.mean()
    residual = (left**2).sum() / ((samples - 1) * (seeds - 1))
    variance = max(0.0, by_seed.var(ddof=1) - residual / samples)
    return float((variance / seeds) ** 0.5)
