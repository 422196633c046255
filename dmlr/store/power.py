"""The smallest difference that a comparison would find, before or after it is made."""

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
