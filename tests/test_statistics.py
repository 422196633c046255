import numpy as np
import pytest

from dmlr.store.multiple import holm
from dmlr.store.power import detectable_paired, detectable_unpaired
from dmlr.store.ranking import auroc
from dmlr.store.seeds import seed_variance
from dmlr.store.statistics import accuracy, mcnemar

NAN = float("nan")


def test_wilson_interval_by_hand():
    # 8 of 10, z = 1.959964: centre (8 + z²/2) / (10 + z²), half width z sqrt(8·2/10 + z²/4) / (10 + z²)
    found = accuracy(8, 10)
    assert found.value == 80
    assert (found.low, found.high) == pytest.approx((49.0162, 94.3318), abs=1e-3)


def test_nothing_scored_has_no_accuracy():
    assert accuracy(0, 0) is None


def test_exact_mcnemar_by_hand():
    # 1 against 8 discordant pairs: 2 (C(9,0) + C(9,1)) / 2^9 = 20/512
    assert mcnemar(1, 8) == pytest.approx(20 / 512)
    assert mcnemar(8, 1) == pytest.approx(20 / 512)
    assert mcnemar(4, 4) == 1
    assert mcnemar(0, 0) == 1


@pytest.mark.parametrize(
    ("found", "adjusted"),
    [
        # 4 * 0.005, then 3 * 0.01, 2 * 0.03, and 1 * 0.04, which may not be below 0.06.
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),  # ties share what the first of them gets
        ([0.4, 0.9, 0.5], [1.0, 1.0, 1.0]),  # 3 * 0.4 is more than 1
        ([NAN, 0.03, NAN, 0.01], [NAN, 0.03, NAN, 0.02]),  # two tests, not four
        ([NAN], [NAN]),
        ([], []),
    ],
)
def test_holm_by_hand(found, adjusted):
    assert holm(np.array(found)) == pytest.approx(adjusted, nan_ok=True)


def test_a_paired_difference_that_a_published_sample_size_was_made_for():
    # Validated value of R's MESS: p10 = 0.45 against p01 = 0.05 takes (rounded) 22 pairs. By hand
    # (1.959964 sqrt(0.5) + 0.841621 sqrt(0.5 - 0.16))² / 0.16 = 22.011.
    assert detectable_paired(22, 50.0) == pytest.approx(40, abs=0.02)
    # 20 % discordant, 10 points: (1.959964 sqrt(0.2) + 0.841621 sqrt(0.19))² / 0.01 = 154.6 pairs.
    assert detectable_paired(155, 20.0) < 10 < detectable_paired(154, 20.0)


def test_a_paired_difference_can_be_out_of_reach():
    assert detectable_paired(1000, 0.0) is None  # the runs never differ
    # 1 % discordant, all on one side: (1.959964 sqrt(0.01) + 0.841621 sqrt(0.0099))² / 0.0001 = 782.5.
    assert detectable_paired(782, 1.0) is None
    assert detectable_paired(783, 1.0) == pytest.approx(1.0, abs=0.001)
    assert detectable_paired(3, 100.0) is None
    assert detectable_paired(0, 100.0) is None


def test_an_unpaired_gain_that_a_published_sample_size_was_made_for():
    # Fleiss: 25 % against 40 % takes 152 each (151.87): mean 0.325,
    # (1.959964 sqrt(2·0.325·0.675) + 0.841621 sqrt(0.1875 + 0.24))² / 0.0225.
    assert detectable_unpaired(152, 25.0) < 15 < detectable_unpaired(151, 25.0)


def test_an_unpaired_gain_can_be_out_of_reach():
    assert detectable_unpaired(152, 100.0) is None
    # 99 % against 100 % takes (1.959964 sqrt(2·0.995·0.005) + 0.841621 sqrt(0.0099))² / 0.0001 = 777 each.
    assert detectable_unpaired(750, 99.0) is None
    assert detectable_unpaired(800, 99.0) < 1


def test_area_under_the_curve_by_hand():
    # Of 6 pairs of right 4, 3, 2 and wrong 1, 2 five are ordered and one is equal: 5.5 / 6. Placements
    # 1, 1, 3/4 (variance 1/48) and 1, 5/6 (1/72): error² = 1/144 + 1/144; logit ln 11 = 2.397895,
    # half width 1.959964 sqrt(1/72) / (11/144) = 3.023791; what has a NaN does not count.
    rewards = np.array([4, 1, 3, NAN, 2, 2, 9.0])
    found = auroc(rewards, np.array([1, 0, 1, 1, 0, 1, NAN]))
    assert (found.correct, found.wrong) == (3, 2)
    assert found.value == pytest.approx(11 / 12)
    low, high = (1 / (1 + np.exp(-2.397895 + side * 3.023791)) for side in (1, -1))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


def test_area_under_the_curve_as_published():
    # Hanley and McNeil 1982, Radiology 143, table I: ratings 1 to 5 of 58 normal and 51 abnormal; 0.893.
    normal, abnormal = np.repeat(range(1, 6), [33, 6, 6, 11, 2]), np.repeat(range(1, 6), [3, 2, 2, 11, 33])  # fmt: skip
    rewards = np.concatenate([normal, abnormal]).astype(float)
    found = auroc(rewards, np.repeat([0.0, 1.0], [58, 51]))
    assert found.value == pytest.approx(0.893, abs=5e-4)
    assert found.low < 0.893 - 0.032 < 0.893 + 0.032 < found.high  # their standard error


@pytest.mark.parametrize(
    ("rewards", "value"),
    [([3, 4, 1, 2], 1.0), ([1, 2, 3, 4], 0.0), ([5, 5, 5, 5], 0.5)],
)
def test_a_reward_that_tells_all_or_nothing_has_no_interval(rewards, value):
    found = auroc(np.array(rewards, dtype=float), np.array([1.0, 1, 0, 0]))
    assert (found.value, found.low, found.high) == (value, None, None)


def test_a_reward_ranks_nothing_without_both_sorts_of_answers():
    assert auroc(np.array([1.0, 2]), np.array([1.0, 1])) is None
    assert auroc(np.array([1.0, 2]), np.array([0.0, NAN])) is None


def test_variance_of_samples_and_seeds_by_hand():
    # Samples' means 1, 2/3, 1/3, 0, seeds' 3/4, 1/2, 1/4. Sums of squares: all 3, samples
    # 3 (1/4 + 1/36 + 1/36 + 1/4) = 5/3, seeds 4 (1/16 + 1/16) = 1/2, left 5/6; mean squares 5/9, 1/4, 5/36.
    # sample (5/9 - 5/36) / 3 = 5/36, seed (1/4 - 5/36) / 4 = 1/36, residual 5/36;
    # error² = 5/144 + 1/108 + 5/432 = 1/18. The last row is not scored with all seeds.
    scores = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0], [1, NAN, 1]])
    found = seed_variance(scores)
    assert (found.mean, found.n, found.seeds) == (50, 4, 3)
    components = (found.sample, found.seed, found.residual)
    assert components == pytest.approx((1e4 * 5 / 36, 1e4 / 36, 1e4 * 5 / 36))
    assert found.standard_error == pytest.approx(100 * (1 / 18) ** 0.5)


def test_seeds_that_answer_alike_add_no_variance():
    # 3 of 4 right with every seed: sample variance (3/16 · 4) / 3 = 1/4, error² = 1/16.
    found = seed_variance(np.repeat([[1.0], [1], [1], [0]], 2, axis=1))
    assert (found.sample, found.seed, found.residual) == (2500, 0, 0)
    assert found.standard_error == 25


def test_seeds_that_differ_by_less_than_chance_have_no_negative_variance():
    # All means are 1/2: both mean squares are 0, what is left 4 · 1/4 / 1 = 1.
    found = seed_variance(np.array([[1.0, 0], [0, 1]]))
    assert (found.sample, found.seed, found.residual) == (0, 0, 10000)
    assert found.standard_error == 50


def test_one_seed_or_one_sample_has_no_variance():
    assert seed_variance(np.array([[1.0], [0]])) is None
    assert seed_variance(np.array([[1.0, 0], [NAN, 1]])) is None
