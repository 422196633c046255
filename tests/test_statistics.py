import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from dmlr.store.bootstrap import Kind
from dmlr.store.multiple import adjusted
from dmlr.store.power import detectable_paired
from dmlr.store.ranking import auroc
from dmlr.store.statistics import accuracy, mcnemar
from dmlr.store.variance import samples_error, seeds_error

NAN = float("nan")


def test_wilson_interval_by_hand():
    # 8 of 10, z = 1.959964: centre (8 + z²/2) / (10 + z²), half width z sqrt(8·2/10 + z²/4) / (10 + z²)
    found = accuracy(8, 10)
    assert found.value == 80
    assert (found.low, found.high) == pytest.approx((49.0162, 94.3318), abs=1e-3)


@pytest.mark.parametrize(
    ("correct", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_as_published(correct, n, low, high):
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3.
    found = accuracy(correct, n)
    assert (found.low, found.high) == pytest.approx((100 * low, 100 * high), abs=0.005)


def test_nothing_scored_has_no_accuracy():
    assert accuracy(0, 0) is None


def test_exact_mcnemar_by_hand():
    # 1 against 8 discordant pairs: 2 (C(9,0) + C(9,1)) / 2^9 = 20/512
    assert mcnemar(1, 8) == pytest.approx(20 / 512)
    assert mcnemar(8, 1) == pytest.approx(20 / 512)
    assert mcnemar(4, 4) == 1
    assert mcnemar(0, 0) == 1


def test_exact_mcnemar_of_published_counts():
    # Agresti 2002, Categorical Data Analysis, section 10.1: 150 against 86 changed their opinion. There
    # (150 - 86)² / 236 = 17.36, so p = 3.1e-5; the exact one is 3.716e-5.
    assert mcnemar(150, 86) == pytest.approx(3.716e-5, rel=1e-3)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # 4 * 0.005, then 3 * 0.01, 2 * 0.03, and 1 * 0.04, which may not be below 0.06.
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),  # ties share what the first of them gets
        ([0.4, 0.9, 0.5], [1.0, 1.0, 1.0]),  # 3 * 0.4 is more than 1
        ([None, 0.03, None, 0.01], [None, 0.03, None, 0.02]),  # two tests, not four
        ([None], [None]),
        ([], []),
    ],
)
def test_holm_by_hand(found, expected):
    assert [one.p_value for one in adjusted(found, [0] * len(found))] == pytest.approx(expected)


def test_holm_counts_the_tests_of_each_family_alone():
    found = adjusted([0.01, 0.03, None, 0.02], ["a", "b", "b", "a"])
    assert [(one.p_value, one.tests) for one in found] == [
        (0.02, 2),
        (0.03, 1),
        (None, 1),
        (0.02, 2),
    ]


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


def alone(rewards):
    return [f"s{number}" for number in range(len(rewards))]


def test_area_under_the_curve_by_hand():
    # Of 6 pairs of right 4, 3, 2 and wrong 1, 2 five are ordered and one is equal: 5.5 / 6. Placements
    # 1, 1, 3/4 (variance 1/48) and 1, 5/6 (1/72): error² = 1/144 + 1/144; logit ln 11 = 2.397895,
    # half width 1.959964 sqrt(1/72) / (11/144) = 3.023791; what has a NaN does not count.
    rewards = np.array([4, 1, 3, NAN, 2, 2, 9.0])
    found = auroc(rewards, np.array([1, 0, 1, 1, 0, 1, NAN]), alone(rewards))
    assert (found.correct, found.wrong) == (3, 2)
    assert found.value == pytest.approx(11 / 12)
    low, high = (1 / (1 + np.exp(-2.397895 + side * 3.023791)) for side in (1, -1))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


def test_area_under_the_curve_as_published():
    # Hanley and McNeil 1982, Radiology 143, table I: ratings 1 to 5 of 58 normal and 51 abnormal; 0.893.
    normal, abnormal = np.repeat(range(1, 6), [33, 6, 6, 11, 2]), np.repeat(range(1, 6), [3, 2, 2, 11, 33])  # fmt: skip
    rewards = np.concatenate([normal, abnormal]).astype(float)
    found = auroc(rewards, np.repeat([0.0, 1.0], [58, 51]), alone(rewards))
    assert found.value == pytest.approx(0.893, abs=5e-4)
    assert found.value == pytest.approx(mannwhitneyu(abnormal, normal).statistic / (58 * 51))
    assert found.low < 0.893 - 0.032 < 0.893 + 0.032 < found.high  # their standard error


def test_area_of_clusters_by_hand():
    # The first example. Over 3 and over 2, right 4, 3, 2 add 1/36, 1/36, -1/18 and wrong 1, 2 add 1/24, -1/24;
    # right 3/2 (6/1296) = 1/144, wrong 2 (2/576) = 1/144.
    rewards, scores = np.array([4, 3, 2, 1, 2.0]), np.array([1.0, 1, 1, 0, 0])
    half = 3.023791
    for units, width in [
        ("abcde", half),
        ("abcab", half),  # (4, 1), (3, 2), (2): together 2 · 3/2 (1/864 - 1/864) = 0
        (
            "abccb",
            half / 2,
        ),  # (4), (3, 2), (2, 1): 3 (-1/864 - 1/432) = -1/96, so 1/72 becomes 1/288
        ("abccb" * 2, half / 2),  # the copy of a sample in its unit tells nothing
    ]:
        times = len(units) // 5
        found = auroc(np.tile(rewards, times), np.tile(scores, times), list(units))
        low, high = (1 / (1 + np.exp(-2.397895 + side * width)) for side in (1, -1))
        assert (found.value, found.low, found.high) == pytest.approx((11 / 12, low, high), abs=1e-6)


@pytest.mark.parametrize(
    ("rewards", "value"),
    [([3, 4, 1, 2], 1.0), ([1, 2, 3, 4], 0.0), ([5, 5, 5, 5], 0.5)],
)
def test_a_reward_that_tells_all_or_nothing_has_no_interval(rewards, value):
    found = auroc(np.array(rewards, dtype=float), np.array([1.0, 1, 0, 0]), alone(rewards))
    assert (found.value, found.low, found.high) == (value, None, None)


def test_a_reward_ranks_nothing_without_both_sorts_of_answers():
    assert auroc(np.array([1.0, 2]), np.array([1.0, 1]), ["a", "b"]) is None
    assert auroc(np.array([1.0, 2]), np.array([0.0, NAN]), ["a", "b"]) is None


def test_the_error_over_samples_by_hand():
    # 3 of 4: variance 4/3 · 3/16 = 1/4 over 4 samples. With two answers each, 1 0 1 1 | 1 0 1 0: sums
    # 2 0 2 1, less 5/4: 9/16 + 25/16 + 9/16 + 1/16 = 44/16; 4/3 · 11/4 / 64 = 11/192.
    assert samples_error([Kind(1, 1, 3), Kind(0, 1, 1)]) == pytest.approx(25)
    kinds = [Kind(2, 2, 2), Kind(0, 2, 1), Kind(1, 2, 1)]
    assert samples_error(kinds) == pytest.approx(100 * (11 / 192) ** 0.5)
    # Units of 3 right and of 1 wrong, one of each: share 3/4, left 3/4 and -3/4; 2 · 9/8 / 16 = 9/64.
    assert samples_error([Kind(3, 3, 1), Kind(0, 1, 1)]) == pytest.approx(37.5)
    assert samples_error([Kind(1, 1, 1)]) is None
    assert samples_error([]) is None


def test_the_error_over_seeds_by_hand():
    # Samples' means 1, 2/3, 1/3, 0, seeds' 3/4, 1/2, 1/4. Sums of squares: all 3, samples
    # 3 (1/4 + 1/36 + 1/36 + 1/4) = 5/3, seeds 4 (1/16 + 1/16) = 1/2, left 5/6; mean squares of seeds 1/4, of
    # what is left 5/36: variance of a seed (1/4 - 5/36) / 4 = 1/36, over 3 seeds 1/108. The last row is not
    # scored with all seeds.
    marks = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0], [1, NAN, 1]])
    assert seeds_error(marks) == pytest.approx(100 * (1 / 108) ** 0.5)
    # Both errors are the standard error of the whole design, 1/18: of the samples (5/9) / 3 / 4 = 5/108.
    kinds = [Kind(3, 3, 1), Kind(2, 3, 1), Kind(1, 3, 1), Kind(0, 3, 1)]
    assert samples_error(kinds) == pytest.approx(100 * (5 / 108) ** 0.5)


def test_seeds_that_answer_alike_or_differ_by_less_than_chance_add_nothing():
    assert seeds_error(np.repeat([[1.0], [1], [1], [0]], 2, axis=1)) == 0
    assert seeds_error(np.array([[1.0, 0], [0, 1]])) == 0


def test_one_seed_or_one_sample_tells_no_error_over_seeds():
    assert seeds_error(np.array([[1.0], [0]])) is None
    assert seeds_error(np.array([[1.0, 0], [NAN, 1]])) is None
