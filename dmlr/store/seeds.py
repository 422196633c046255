"""Several seeds on the same samples: what varies with the sample, and what with the seed."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

MINIMUM = 2  # samples, and seeds, that a variance takes


@dataclass(frozen=True)
class SeedVariance:
    """Mean in percent, variances in squared points.

    ``n`` counts the samples that have a score with all ``seeds``. ``sample`` is the variance of how
    hard samples are, ``seed`` that of what a seed adds to all samples alike, ``residual`` that of the
    rest. ``standard_error``, in points, is the mean's over other samples and other seeds.
    """

    mean: float
    n: int
    seeds: int
    sample: float
    seed: float
    residual: float
    standard_error: float


def seed_variance(scores: Float[np.ndarray, "sample seed"]) -> SeedVariance | None:
    """The variance of scores split by sample and seed; None with fewer than two of either.

    Args:
        scores: 1 correct, 0 wrong, NaN unparsed or failed; also differences of two runs, or a row per
            group instead of a sample. A row with a NaN does not count.

    Returns:
        Two-way crossed random effects, one score per cell. Expected mean squares: Cornfield and Tukey
        (1956, Annals of Mathematical Statistics 27); of samples residual + seeds * sample, of seeds
        residual + n * seed. A component that comes out negative is 0. The mean's variance is
        sample / n + seed / seeds + residual / (n * seeds) (Brennan 2001, Generalizability Theory, the
        p x i design). With few seeds ``seed`` is known badly: three leave two degrees of freedom.
    """
    whole = 100 * scores[~np.isnan(scores).any(axis=1)]
    n, seeds = whole.shape
    if n < MINIMUM or seeds < MINIMUM:
        return None
    by_sample, by_seed = whole.mean(axis=1), whole.mean(axis=0)
    left = whole - by_sample[:, None] - by_seed + whole.mean()
    residual = float((left**2).sum() / ((n - 1) * (seeds - 1)))
    sample = max(0.0, float(by_sample.var(ddof=1)) - residual / seeds)
    seed = max(0.0, float(by_seed.var(ddof=1)) - residual / n)
    error = (sample / n + seed / seeds + residual / (n * seeds)) ** 0.5
    return SeedVariance(float(whole.mean()), n, seeds, sample, seed, residual, error)
