"""How often the intervals hold the truth, in seeded worlds whose truth is known; nominal 95 %.

The truth is drawn anew in every replication, so that the steps of a discrete distribution average out.
"""

import numpy as np
import pytest

from dmlr.store.bootstrap import share_interval
from dmlr.store.power import detectable_paired
from dmlr.store.shares import Design
from dmlr.store.statistics import accuracy, mcnemar

REPLICATIONS = 600  # a measured 95 % has a standard error of 0.9 points
SIZES = [300, pytest.param(1000, marks=pytest.mark.slow)]


def covered(world, seed):
    """In how many percent of the replications the interval (low, high) holds the truth."""
    generator = np.random.default_rng(seed)
    found = [world(generator, f"{number}") for number in range(REPLICATIONS)]
    return 100 * np.mean([low <= truth <= high for low, high, truth in found])


def ids(sizes):
    return np.repeat(np.arange(len(sizes)), sizes).astype(str).tolist()


def of_samples(generator, number, n):
    truth = generator.uniform(0.2, 0.9)
    found = accuracy(int(generator.binomial(n, truth)), n)
    return found.low, found.high, 100 * truth


def of_pairs(generator, number, n):
    """Both samples of a pair are right with a chance of its own: E p² of a beta of 2.3 (r, 1 - r)."""
    rate = generator.uniform(0.5, 0.9)
    chances = np.repeat(generator.beta(2.3 * rate, 2.3 * (1 - rate), n // 2), 2)
    pairs = ids([2] * (n // 2))
    found = share_interval(draw(generator, chances), Design(pairs, groups=pairs), (number,))
    return found.low, found.high, 100 * rate * (2.3 * rate + 1) / 3.3


def of_clusters(generator, number, n):
    """Questions share a figure, two or three of them; accuracy over the questions."""
    rate = generator.uniform(0.2, 0.9)
    sizes = generator.integers(2, 4, n * 2 // 5)
    chances = np.repeat(generator.beta(2.3 * rate, 2.3 * (1 - rate), len(sizes)), sizes)
    found = share_interval(draw(generator, chances), Design(ids(sizes)), (number,))
    return found.low, found.high, 100 * rate


def of_figures(generator, number, n):
    """The same figures; a figure is right if its questions are: a third moment for those of three."""
    rate = generator.uniform(0.5, 0.9)
    sizes = generator.integers(2, 4, n * 2 // 5)
    chances = np.repeat(generator.beta(2.3 * rate, 2.3 * (1 - rate), len(sizes)), sizes)
    figures = ids(sizes)
    found = share_interval(draw(generator, chances), Design(figures, groups=figures), (number,))
    two = rate * (2.3 * rate + 1) / 3.3
    return found.low, found.high, 100 * (two + two * (2.3 * rate + 2) / 4.3) / 2


def of_categories(generator, number, n):
    """Six categories of unlike accuracy and size, samples drawn within them."""
    rates = generator.uniform(0.2, 0.9, 6)
    sizes = [n // 4, n // 4, n // 6, n // 6, n // 12, n // 12]
    design = Design([f"s{place}" for place in range(sum(sizes))], categories=ids(sizes))
    found = share_interval(draw(generator, np.repeat(rates, sizes)), design, (number,))
    return found.low, found.high, 100 * rates.mean()


def draw(generator, chances):
    return (generator.random(len(chances)) < chances).astype(float)


WORLDS = [of_samples, of_pairs, of_clusters, of_figures, of_categories]


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.__name__)
def test_intervals_hold_the_truth_as_often_as_they_say(world, n):
    assert 93 <= covered(lambda *of: world(*of, n), seed=n) <= 97


def test_a_detectable_difference_is_found_as_often_as_planned():
    # The exact test finds it a little less often than the approximation that it is planned with.
    n, generator = 1000, np.random.default_rng(3)
    gain = detectable_paired(n, 20.0) / 100
    drawn = generator.multinomial(n, [0.1 + gain / 2, 0.1 - gain / 2, 0.8], size=REPLICATIONS)
    found = np.mean([mcnemar(int(one), int(other)) < 0.05 for one, other, _ in drawn])
    assert 0.75 <= found <= 0.83
