import numpy as np
import pytest

from dmlr.errors import DataError
from dmlr.store.bootstrap import Kind, interval, share_interval
from dmlr.store.shares import Design

NAN = float("nan")
SAMPLES = [f"s{number}" for number in range(8)]


def scores(marks):
    """+ correct, - wrong, ? unparsed or failed; blanks are for the eye."""
    return np.array([{"+": 1.0, "-": 0.0, "?": NAN}[mark] for mark in marks.replace(" ", "")])


def ids(sizes):
    """Of so many samples each: a, b, c ..."""
    return [name for name, size in zip("abcdefghijk", sizes, strict=False) for _ in range(size)]


def test_samples_that_are_units_by_hand():
    # 7 of 8 are drawn, right with 1/2: none right 1/128 = 0.8 %, at most one 8/128 = 6.3 %: 1/7 and 6/7.
    found = share_interval(scores("++++----"), Design(SAMPLES))
    assert (found.value, found.n, found.units) == (50, 8, 8)
    assert (found.low, found.high) == pytest.approx((100 / 7, 600 / 7))


def test_units_of_unlike_size_by_hand():
    # Four units have 3 of 3, four 0 of 1: with k of the large ones among 7, 3k / (3k + 7 - k), k = 1 and 6.
    design = Design(ids([3, 3, 3, 3, 1, 1, 1, 1]))
    found = share_interval(scores("+++ +++ +++ +++ - - - -"), design)
    assert (found.value, found.n, found.units) == (75, 16, 8)
    assert (found.low, found.high) == pytest.approx((100 / 3, 1800 / 19))


def test_categories_weigh_alike_and_are_drawn_apart_by_hand():
    # One category of 3 all right, one of 4 right among 8: (100 + 50) / 2, (100 + 1/7) / 2, (100 + 6/7) / 2.
    design = Design([f"s{number}" for number in range(11)], categories=ids([3, 8]))
    found = share_interval(scores("+++ ++++----"), design)
    assert (found.value, found.n, found.units) == (75, 11, 11)
    assert (found.low, found.high) == pytest.approx((50 + 50 / 7, 50 + 300 / 7))


def test_a_paired_difference_by_hand():
    # +1 in four and -1 in four units; k of 7: (2k - 7) / 7 with k = 1 and 6.
    found = interval([[Kind(1, 1, 4), Kind(-1, 1, 4)]])
    assert (found.low, found.high) == pytest.approx((-500 / 7, 500 / 7))


def test_what_is_computed_is_what_would_be_drawn():
    kinds = [Kind(3, 4, 40), Kind(1, 4, 25), Kind(-2, 4, 31)]
    totals = np.repeat([3, 1, -2], [40, 25, 31])
    generator = np.random.default_rng(2)
    drawn = [100 * generator.choice(totals, 95).mean() / 4 for _ in range(20_000)]
    found = interval([kinds])
    assert (found.low, found.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.6)


def test_the_draws_depend_on_the_totals_alone():
    generator = np.random.default_rng(7)
    values, order = generator.integers(0, 2, 97).astype(float), generator.permutation(97)
    units = [f"u{number % 31}" for number in range(97)]
    found = share_interval(values, Design(units))
    renamed = Design([f"v{units[place]}" for place in order])
    assert share_interval(values[order], renamed) == found
    kinds = {unit: Kind(0, 0, 1) for unit in units}
    for unit, value in zip(units, values, strict=True):
        kinds[unit] = Kind(kinds[unit].total + int(value), kinds[unit].items + 1, 1)
    apart = interval([[*kinds.values(), Kind(0, 1, 0)]])  # of the last there is none
    assert (apart.low, apart.high) == (found.low, found.high)


def test_it_agrees_with_copying_whole_units():
    generator = np.random.default_rng(11)
    sizes = generator.integers(1, 6, 83)
    values = generator.integers(0, 2, sizes.sum()).astype(float)
    values[::13] = NAN
    unit = np.repeat(np.arange(83), sizes)
    found = share_interval(values, Design([f"u{number}" for number in unit]))
    parts = [values[unit == number] for number in range(83)]
    parts = [part for part in parts if not np.isnan(part).all()]
    means = []
    for _ in range(4000):
        drawn = generator.integers(0, len(parts), len(parts) - 1)
        means.append(100 * np.nanmean(np.concatenate([parts[place] for place in drawn])))
    assert (found.low, found.high) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.8)


@pytest.mark.parametrize("marks", ["++++++++", "--------", "+???????"])
def test_units_that_all_score_the_same_tell_no_interval(marks):
    found = share_interval(scores(marks), Design(SAMPLES))
    assert (found.low, found.high) == (None, None)


def test_a_category_of_one_unit_tells_no_interval():
    found = share_interval(scores("++--++-+"), Design(ids([2, 6]), categories=ids([2, 6])))
    assert (found.value, found.low, found.high) == (75, None, None)


def test_a_category_without_scores_has_no_mean():
    design = Design(SAMPLES, categories=ids([2, 6]))
    assert share_interval(scores("??++--++"), design) is None
    assert share_interval(scores(""), Design([])) is None


def test_a_unit_lies_in_one_category():
    with pytest.raises(DataError) as told:
        share_interval(scores("++"), Design(["a", "a"], categories=["x", "y"]))
    assert str(told.value) == (
        "unit 'a': must lie in one category, got 'x' and 'y'; correct the samples' groups or choose another category"
    )
