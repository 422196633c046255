import pytest

from dmlr.store.statistics import accuracy, mcnemar


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
