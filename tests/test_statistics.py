import numpy as np
import pytest

from dmlr.store.multiple import holm
from dmlr.store.power import detectable_paired
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
