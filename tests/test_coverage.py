"""How often the intervals hold the truth, in seeded worlds whose truth is known; nominal 95 %.

The truth is drawn anew in every replication, so that the steps of a discrete distribution average out.
"""

import numpy as np
import pytest
from scipy.stats import norm

from dmlr.store import bootstrap
from dmlr.store.bootstrap import Kind, interval
from dmlr.store.power import detectable_paired
from dmlr.store.ranking import auroc
from dmlr.store.statistics import accuracy, mcnemar
from dmlr.store.variance import samples_error, seeds_error

REPLICATIONS = 2000  # a measured 95 % has a standard error of 0.5 points


def covered(world, seed):
    """In how many percent of the replications the interval (low, high) holds the truth."""
    generator = np.random.default_rng(seed)
    found = [world(generator) for _ in range(REPLICATIONS)]
    return 100 * np.mean([low <= truth <= high for low, high, truth in found])


def ids(sizes):
    return np.repeat(np.arange(len(sizes)), sizes).astype(str).tolist()


def of_units(values, sizes):
    """The interval of what is drawn whole: so many values each."""
    totals = np.add.reduceat(values, np.cumsum(sizes) - sizes).astype(int)
    pairs, units = np.unique(np.stack([totals, sizes]), axis=1, return_counts=True)
    found = interval([[Kind(*map(int, kind)) for kind in zip(*pairs, units, strict=True)]])
    return found.low, found.high


def of_samples(generator, n):
    truth = generator.uniform(0.2, 0.9)
    found = accuracy(int(generator.binomial(n, truth)), n)
    return found.low, found.high, 100 * truth


def of_clusters(generator, n):
    """Questions share a figure, two or three of them; accuracy over the questions."""
    rate = generator.uniform(0.2, 0.9)
    sizes = generator.integers(2, 4, n * 2 // 5)
    chances = np.repeat(generator.beta(2.3 * rate, 2.3 * (1 - rate), len(sizes)), sizes)
    return *of_units(draw(generator, chances), sizes), 100 * rate


def of_categories(generator, n):
    """Six categories of unlike accuracy and size, samples drawn within them."""
    rates = generator.uniform(0.2, 0.9, 6)
    sizes = [n // 4, n // 4, n // 6, n // 6, n // 12, n // 12]
    right = generator.binomial(sizes, rates).tolist()
    parts = zip(right, sizes, strict=True)
    found = interval([[Kind(1, 1, one), Kind(0, 1, size - one)] for one, size in parts])
    return found.low, found.high, 100 * rates.mean()


def of_questions(generator, n):
    """Questions come in pairs, equally hard; accuracy over the questions."""
    rate = generator.uniform(0.2, 0.9)
    chances = np.repeat(generator.beta(2.3 * rate, 2.3 * (1 - rate), n // 2), 2)
    return *of_units(draw(generator, chances), np.full(n // 2, 2)), 100 * rate


def of_differences(generator, n):
    """Two runs on the same samples, of whose difference a table cell has only the counts."""
    first, second = generator.uniform(0.03, 0.15, 2)
    won, lost, alike = generator.multinomial(n, [first, second, 1 - first - second])
    found = interval([[Kind(1, 1, won), Kind(-1, 1, lost), Kind(0, 1, alike)]])
    return found.low, found.high, 100 * (first - second)


def of_pair_differences(generator, n):
    """Two runs over pairs, equally hard for both; accuracy over the questions."""
    rates = generator.uniform(0.6, 0.9, 2)
    hardness = np.repeat(generator.uniform(0.5, 1, n // 2), 2)
    runs = [draw(generator, hardness * rate) for rate in rates]
    return *of_units(runs[0] - runs[1], np.full(n // 2, 2)), 100 * 0.75 * (rates[0] - rates[1])


def of_cluster_differences(generator, n):
    """Two runs over one to six questions on a figure, which one of them or the other reads better."""
    rates = generator.uniform(0.3, 0.7, 2)
    sizes = generator.integers(1, 7, n * 2 // 7)
    better = np.repeat(generator.uniform(-0.25, 0.25, len(sizes)), sizes)
    runs = [
        draw(generator, rate + side * better) for rate, side in zip(rates, (1, -1), strict=True)
    ]
    return *of_units(runs[0] - runs[1], sizes), 100 * (rates[0] - rates[1])


def of_seeds(generator, n):
    """Three seeds answer the same samples, some hard and some easy."""
    rate = generator.uniform(0.2, 0.9)
    chances = np.repeat(generator.beta(2.3 * rate, 2.3 * (1 - rate), n), 3)
    return *of_units(draw(generator, chances), np.full(n, 3)), 100 * rate


def of_rewards(generator, n):
    """Rewards of 1, 2, 3; the area is P(right higher) + half P(equal)."""
    right, wrong = generator.dirichlet([4, 4, 4], 2)
    scores = draw(generator, np.full(n, generator.uniform(0.2, 0.8)))
    rewards = [generator.choice(3, n, p=chances) for chances in (wrong, right)]
    chosen = np.where(scores == 1, rewards[1], rewards[0]).astype(float)
    found = auroc(chosen, scores, ids([1] * n))
    truth = right[1] * wrong[0] + right[2] * (wrong[0] + wrong[1]) + right @ wrong / 2
    return found.low, found.high, truth


def of_clustered_rewards(generator, n):
    """Normal rewards, half of whose variance is the figure's; so is half of the answers' correctness."""
    sizes = generator.integers(1, 7, n * 2 // 7)
    shift = generator.uniform(0, 1.5)
    chances = np.repeat(generator.choice([0.3, 0.7], len(sizes)), sizes)
    scores = draw(generator, chances)
    figures = np.repeat(generator.normal(size=len(sizes)), sizes)
    rewards = shift * scores + figures + generator.normal(size=len(scores))
    found = auroc(rewards, scores, ids(sizes))
    return found.low, found.high, norm.cdf(shift / 2)


def draw(generator, chances):
    return (generator.random(len(chances)) < chances).astype(float)


WORLDS = [
    of_samples, of_clusters, of_categories, of_differences, of_seeds, of_rewards,
]  # fmt: skip
MORE = [of_questions, of_pair_differences, of_cluster_differences, of_clustered_rewards]


# One world of each kind of statistic is always asked, the others and larger ones where time is (slow).
@pytest.mark.parametrize(
    ("world", "n"),
    [
        *[(world, 300) for world in WORLDS],
        *[pytest.param(world, 300, marks=pytest.mark.slow) for world in MORE],
        *[pytest.param(world, 1000, marks=pytest.mark.slow) for world in WORLDS + MORE],
    ],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
def test_intervals_hold_the_truth_as_often_as_they_say(world, n, monkeypatch):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 1000)  # for speed; it costs about 0.2 points
    assert 93 <= covered(lambda *of: world(*of, n), seed=n) <= 97


def test_a_detectable_difference_is_found_as_often_as_planned():
    # The exact test finds it a little less often than the approximation that it is planned with.
    n, generator = 1000, np.random.default_rng(3)
    gain = detectable_paired(n, 20.0) / 100
    drawn = generator.multinomial(n, [0.1 + gain / 2, 0.1 - gain / 2, 0.8], size=REPLICATIONS)
    found = np.mean([mcnemar(int(one), int(other)) < 0.05 for one, other, _ in drawn])
    assert 0.75 <= found <= 0.83


def test_the_errors_over_samples_and_seeds_are_those_of_the_mean_over_worlds():
    # 300 samples between 0.3 and 0.7, five seeds that add up to 5 points to all alike: variances of the mean
    # (p (1 - p) of a sample's own part, over 5) / 300 and 10² / 12 / 5.
    generator = np.random.default_rng(13)
    means, within, between = [], [], []
    for _ in range(1500):
        chances = generator.uniform(0.3, 0.7, (300, 1)) + generator.uniform(-0.05, 0.05, 5)
        scores = draw(generator, chances.ravel()).reshape(300, 5)
        means.append(100 * scores.mean())
        sums, units = np.unique(scores.sum(axis=1).astype(int), return_counts=True)
        within.append(
            samples_error([Kind(total, 5, n) for total, n in zip(sums, units, strict=True)])
        )
        between.append(seeds_error(scores))
    expected = 1e4 * (0.4**2 / 12 + (0.25 - 0.4**2 / 12 - 0.1**2 / 12) / 5) / 300
    assert np.mean(np.square(within)) == pytest.approx(expected, rel=0.03)
    assert np.mean(np.square(between)) == pytest.approx(100 / 12 / 5, rel=0.06)
    both = np.mean(np.square(within)) + np.mean(np.square(between))
    assert np.var(means) == pytest.approx(both, rel=0.1)
