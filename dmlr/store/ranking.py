"""How well a reward tells right answers from wrong ones."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from dmlr.store.statistics import LEVEL


@dataclass(frozen=True)
class Auroc:
    """Chance that a right answer has the higher reward than a wrong one, equal ones half; 0 to 1.

    ``correct`` and ``wrong`` count the answers. No interval where none can be told from them: fewer
    than two of one sort, the two fully apart, or all rewards equal.
    """

    value: float
    low: float | None
    high: float | None
    correct: int
    wrong: int


def auroc(
    rewards: Float[np.ndarray, " sample"], scores: Float[np.ndarray, " sample"]
) -> Auroc | None:
    """Area under the ROC curve of the reward as a sign of a correct answer.

    Args:
        rewards: one per answer, the higher the surer; NaN where there is none.
        scores: 1 correct, 0 wrong, NaN unparsed or failed. A sample with a NaN does not count.

    Returns:
        None without a right or without a wrong answer. The Mann-Whitney statistic with the variance of
        DeLong, DeLong and Clarke-Pearson (1988, Biometrics 44), from ranks as Sun and Xu (2014, IEEE
        Signal Processing Letters 21) do; the interval is normal on the logit scale, so within 0 and 1
        (Pepe 2003, The Statistical Evaluation of Medical Tests, chapter 5).
    """
    known = ~np.isnan(rewards)
    right, wrong = rewards[known & (scores == 1)], rewards[known & (scores == 0)]
    if not len(right) or not len(wrong):
        return None
    ranks = rankdata(np.concatenate([right, wrong]))
    # The share of the others that each answer is on the right side of.
    above = (ranks[: len(right)] - rankdata(right)) / len(wrong)
    below = 1 - (ranks[len(right) :] - rankdata(wrong)) / len(right)
    value = float(above.mean())
    low, high = _interval(value, above, below)
    return Auroc(value, low, high, correct=len(right), wrong=len(wrong))


def _interval(
    value: float, above: Float[np.ndarray, " right"], below: Float[np.ndarray, " wrong"]
) -> tuple[float | None, float | None]:
    if min(len(above), len(below)) < 2 or np.ptp(above) + np.ptp(below) == 0:
        return None, None
    error = (above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below)) ** 0.5
    width = norm.isf((1 - LEVEL) / 2) * error / (value * (1 - value))
    return float(expit(logit(value) - width)), float(expit(logit(value) + width))
