"""How well a reward tells right answers from wrong ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from dmlr.store.statistics import LEVEL
from dmlr.store.variance import MINIMUM


@dataclass(frozen=True)
class Auroc:
    """Chance that a right answer has the higher reward than a wrong one, equal ones half; 0 to 1.

    ``correct`` and ``wrong`` count the answers. No interval where none can be told from them: fewer
    than two units of one sort, the two fully apart, or all rewards equal.
    """

    value: float
    low: float | None
    high: float | None
    correct: int
    wrong: int


def auroc(
    rewards: Float[np.ndarray, " sample"],
    scores: Float[np.ndarray, " sample"],
    units: Sequence[str],
) -> Auroc | None:
    """Area under the ROC curve of the reward as a sign of a correct answer.

    Args:
        rewards: one per answer, the higher the surer; NaN where there is none.
        scores: 1 correct, 0 wrong, NaN unparsed or failed. A sample with a NaN does not count.
        units: what each sample depends on: its cluster, or itself.

    Returns:
        None without a right or without a wrong answer. The Mann-Whitney statistic over the number of
        pairs, with the variance of DeLong, DeLong and Clarke-Pearson (1988, Biometrics 44) from ranks
        as Sun and Xu (2014, IEEE Signal Processing Letters 21) do; for clusters that of Obuchowski
        (1997, Biometrics 53), the same where each sample is one. The interval is normal on the logit
        scale, so within 0 and 1 (Pepe 2003, The Statistical Evaluation of Medical Tests, chapter 5).
    """
    is_right, is_wrong = (~np.isnan(rewards) & (scores == kind) for kind in (1, 0))
    right, wrong = rewards[is_right], rewards[is_wrong]
    if not len(right) or not len(wrong):
        return None
    ranks = rankdata(np.concatenate([right, wrong]))
    # The share of the others that each answer is on the right side of.
    above = (ranks[: len(right)] - rankdata(right)) / len(wrong)
    below = 1 - (ranks[len(right) :] - rankdata(wrong)) / len(right)
    value = float(above.mean())
    _, places = np.unique(np.asarray(units), return_inverse=True)
    error = _error(above - value, below - value, places[is_right], places[is_wrong])
    low, high = _interval(value, error)
    return Auroc(value, low, high, correct=len(right), wrong=len(wrong))


def _error(
    above: Float[np.ndarray, " right"],
    below: Float[np.ndarray, " wrong"],
    right_units: Int[np.ndarray, " right"],
    wrong_units: Int[np.ndarray, " wrong"],
) -> float:
    """Standard error of the area; 0 where it cannot be told.

    ``above`` and ``below`` are what an answer is more or less than the mean of its sort.
    """
    length = max(right_units.max(), wrong_units.max()) + 1
    of_right = np.bincount(right_units, above / len(above), length)
    of_wrong = np.bincount(wrong_units, below / len(below), length)
    n_right, n_wrong = len(np.unique(right_units)), len(np.unique(wrong_units))
    if min(n_right, n_wrong) < MINIMUM:
        return 0.0
    n = len(np.union1d(right_units, wrong_units))
    variance = n_right / (n_right - 1) * float(of_right @ of_right)
    variance += n_wrong / (n_wrong - 1) * float(of_wrong @ of_wrong)
    variance += 2 * n / (n - 1) * float(of_right @ of_wrong)
    return float(max(0.0, variance) ** 0.5)


def _interval(value: float, error: float) -> tuple[float | None, float | None]:
    if error == 0:
        return None, None
    width = norm.isf((1 - LEVEL) / 2) * error / (value * (1 - value))
    return float(expit(logit(value) - width)), float(expit(logit(value) + width))
