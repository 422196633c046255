"""The smallest difference that a comparison would find, before or after it is made."""

from scipy.optimize import brentq
from scipy.stats import norm

from dmlr.store.statistics import LEVEL

POWER = 0.8  # chance to find a difference that is there
Z_LEVEL = float(norm.isf((1 - LEVEL) / 2))
Z_POWER = float(norm.ppf(POWER))


def detectable_paired(n: int, discordance: float) -> float | None:
    """Difference of two accuracies, in points, that McNemar's test finds with a chance of ``POWER``.

    Args:
        n: samples that both runs have a score for; independent ones (count units, not samples).
        discordance: share of them, in percent, that one run alone has right.

    Returns:
        None where even all discordant samples on one side would be too few. The normal approximation
        (Connor 1987, Biometrics 43, p. 209), solved for the difference d of the discordant share p:
        d sqrt(n) = z_alpha sqrt(p) + z_beta sqrt(p - d^2). The exact test needs slightly more.
    """
    if n < Z_LEVEL**2:  # below, the equation has no root
        return None
    room = n + Z_POWER**2 - Z_LEVEL**2
    found = Z_LEVEL * n**0.5 + Z_POWER * room**0.5
    found *= (discordance / 100) ** 0.5 / (n + Z_POWER**2)
    return 100 * found if 0 < 100 * found <= discordance else None


def detectable_unpaired(n: int, baseline: float) -> float | None:
    """Gain over an accuracy, in points, that is found with a chance of ``POWER`` without pairs.

    Such is a comparison with a published number: two runs of ``n`` samples each, of which only the
    accuracies are known.

    Args:
        n: samples of each run.
        baseline: the lower accuracy, in percent.

    Returns:
        None where even 100 % would not be found. The two-sided z test of two proportions without
        continuity correction (Fleiss, Levin and Paik 2003, chapter 4).
    """
    p = baseline / 100

    def lacking(gain: float) -> float:
        mean, other = p + gain / 2, p + gain
        under_none = Z_LEVEL * (2 * mean * (1 - mean)) ** 0.5
        return float(
            under_none + Z_POWER * max(p * (1 - p) + other * (1 - other), 0) ** 0.5 - gain * n**0.5
        )

    if p >= 1 or lacking(1 - p) > 0:
        return None
    return 100 * float(brentq(lacking, 1e-12, 1 - p))
