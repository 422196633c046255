import pytest
from pydantic import ValidationError

from dmlr.datasets.entry import Subset
from dmlr.datasets.pictures import held
from dmlr.datasets.source import SourceRow
from dmlr.datasets.subset import choose, planned
from dmlr.errors import DataError


def row(number, category="a"):
    return SourceRow(str(number), "Which?", (), {}, held("p", b"p"), category, {"level": category})


ROWS = [row(i, "abbbbbb"[i % 7]) for i in range(23)]  # 4 of a, 19 of b


def ids(**subset):
    return [int(found.official_id) for found in choose(ROWS, Subset(**subset))]


@pytest.mark.parametrize(
    ("subset", "chosen"),
    [
        ({}, list(range(23))),
        ({"max_samples": 5}, [0, 1, 2, 3, 4]),
        ({"start": 3, "end": 7}, [3, 4, 5, 6]),
        ({"start": 20, "end": 100}, [20, 21, 22]),
        ({"start": 19, "max_samples": 2}, [19, 20]),
        ({"ids": ["11", "2"]}, [2, 11]),
    ],
)
def test_rows_are_chosen_in_the_order_of_the_source_and_planning_knows_how_many(subset, chosen):
    assert ids(**subset) == chosen
    assert planned(Subset(**subset), 23) == len(chosen)


def test_a_stratified_draw_keeps_the_shares_and_is_the_same_every_time():
    drawn = ids(stratified=11)
    assert drawn == sorted(drawn)
    assert planned(Subset(stratified=11), 23) == len(set(drawn)) == 11
    categories = [ROWS[i].category for i in drawn]
    assert (categories.count("a"), categories.count("b")) == (
        2,
        9,
    )  # 11 * 4/23 = 1.9, 11 * 19/23 = 9.1
    assert ids(stratified=11) == drawn == ids(stratified=11, by="level")
    assert ids(stratified=11, seed=1) != drawn
    assert ids(stratified=99) == list(range(23))


@pytest.mark.parametrize(
    ("subset", "message"),
    [
        ({"ids": ["2", "99"]}, r"unknown \['99'\]"),
        ({"ids": ["2", "2"]}, r"repeated \['2'\]"),
        ({"start": 23}, "must choose a row of 23, start is 23"),
        ({"stratified": 3, "by": "grade"}, "must be category or one of level, got 'grade'"),
    ],
)
def test_what_cannot_be_chosen_is_named(subset, message):
    with pytest.raises(DataError, match=message):
        choose(ROWS, Subset(**subset))


@pytest.mark.parametrize(
    "subset",
    [{"ids": ["1"], "start": 2}, {"stratified": 3, "max_samples": 3}, {"start": 3, "end": 3}],
)
def test_two_ways_of_choosing_at_once_are_refused(subset):
    with pytest.raises(ValidationError):
        Subset(**subset)
