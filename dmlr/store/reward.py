"""Does the reward know which answers are correct? The table of areas under the ROC curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from jaxtyping import Float

from dmlr.store.ranking import Auroc, auroc
from dmlr.store.table import Table, write_table

REWARDS = ("initial", "best", "gain")
ROWS = """
SELECT
    benchmark, model, profile, seed, protocol, labels,
    list(unit ORDER BY sample_id), list(score ORDER BY sample_id),
    list(initial_reward ORDER BY sample_id), list(best_reward ORDER BY sample_id),
    list(gain ORDER BY sample_id)
FROM reward
JOIN runs USING (run)
JOIN protocols USING (protocol)
GROUP BY benchmark, model, profile, seed, protocol, labels, position
ORDER BY benchmark, model, position, labels, seed, profile
"""
KEYS = ("benchmark", "model", "profile", "seed", "protocol", "labels")
COLUMNS = (*KEYS, "reward", "n", "correct", "wrong", "without_reward", "auroc", "low", "high")
HEADER = (*KEYS, "correct", "wrong", "without reward", *(f"{name} [95 %]" for name in REWARDS))
NOTES = (
    "Area under the ROC curve: the chance that a correct answer has the higher reward than a wrong one, "
    "equal ones half. 0.5 tells nothing; gain is the best reward less the initial one.",
)


@dataclass(frozen=True)
class RewardRanking:
    """How well one of ``REWARDS`` ranks the scored answers of a run of method dmlr.

    ``correct`` and ``wrong`` count the answers that have this reward, ``without_reward`` the scored
    ones that have none or not a number. ``area`` is None where all answers are correct, or all wrong.
    """

    benchmark: str
    model: str
    profile: str
    seed: int
    protocol: str
    labels: str
    reward: str
    correct: int
    wrong: int
    without_reward: int
    area: Auroc | None


def rankings(database: duckdb.DuckDBPyConnection) -> list[RewardRanking]:
    """A run's rewards one after the other, the runs in the order of the table of accuracies."""
    found = []
    for *names, units, scores, initial, best, gain in database.execute(ROWS).fetchall():
        marks = np.array(scores, dtype=np.float64)
        for reward, values in zip(REWARDS, (initial, best, gain), strict=True):
            told = _ranking(np.array(values, dtype=np.float64), marks, units)
            found.append(RewardRanking(*[*names, reward, *told]))
    return found


def write_reward(found: Sequence[RewardRanking], folder: Path, notes: Sequence[str] = ()) -> None:
    """Write the table ``reward``."""
    write_table(reward_table(found, notes), folder)


def reward_table(found: Sequence[RewardRanking], notes: Sequence[str] = ()) -> Table:
    """Table ``reward``: a row per run and reward; a reader sees the runs under the first protocol."""
    first = [one for one in found if one.protocol == found[0].protocol]
    runs = groupby(first, lambda one: [getattr(one, name) for name in KEYS])
    shown = [_shown(list(rewards)) for _, rewards in runs]
    return Table("reward", COLUMNS, [*map(_row, found)], HEADER, shown, (*NOTES, *notes))


def _ranking(
    rewards: Float[np.ndarray, " sample"],
    scores: Float[np.ndarray, " sample"],
    units: Sequence[str],
) -> tuple[int, int, int, Auroc | None]:
    known = ~np.isnan(rewards)
    correct, wrong = (int((known & (scores == score)).sum()) for score in (1, 0))
    return correct, wrong, int((~known).sum()), auroc(rewards, scores, units)


def _row(one: RewardRanking) -> list[Any]:
    names = [getattr(one, name) for name in KEYS]
    counts = (one.correct + one.wrong, one.correct, one.wrong, one.without_reward)
    area = one.area
    told = (area.value, area.low, area.high) if area else (None,) * 3
    return [*names, one.reward, *counts, *told]


def _shown(rewards: Sequence[RewardRanking]) -> list[str]:
    """One run; its counts are those of the gain, which takes both other rewards."""
    gain = rewards[-1]
    names = [str(getattr(gain, name)) for name in KEYS]
    counts = map(str, (gain.correct, gain.wrong, gain.without_reward))
    return [*names, *counts, *(_words(one.area) for one in rewards)]


def _words(area: Auroc | None) -> str:
    """Such as 0.62 [0.53, 0.70], or a dash where nothing can be ranked."""
    if area is None:
        return "–"
    interval = "" if area.low is None else f" [{area.low:.2f}, {area.high:.2f}]"
    return f"{area.value:.2f}{interval}"
