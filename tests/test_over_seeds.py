"""All seeds of a profile together, and clusters drawn whole; numbers worked out by hand."""

import csv

import pytest

from dmlr.store.cells import cells
from dmlr.store.groups import metrics
from dmlr.store.seeds import over_seeds
from dmlr.store.seeds_table import seeds_table
from dmlr.store.table import write_table
from tests.runs import built

LOW, PLAIN = "+---", {3: "+---", 5: "+---", 7: "+---"}


def joined(folder, runs):
    with built(folder, runs) as database:
        found = cells(database, "plain")
        return found, {one.profile: one for one in over_seeds(database, found, "plain")}


def test_three_seeds_by_hand(tmp_path):
    _, found = joined(tmp_path, {"plain": PLAIN, "new": {3: "+++-", 5: "++--", 7: "+---"}})
    one = found["new"]
    assert (one.seeds, one.samples, one.n, one.accuracy.value) == (3, 4, 12, 50)
    # Samples are right 3, 2, 1, 0 times; of the sum of three, 0 has 1/64 and at most 1 has 4/64: 1/9 and 8/9.
    assert (one.accuracy.low, one.accuracy.high) == pytest.approx((100 / 9, 800 / 9))
    # Seeds have 75, 50 and 25; the errors are those of tests/test_statistics.py.
    errors = (one.deviation, one.samples_error, one.seeds_error, one.error)
    assert errors == pytest.approx((25, 21.5166, 9.6225, 23.5702), abs=1e-4)
    # Differences of samples 0, 2, 1, 0 of three: 3 of 12. Of three drawn 0 has 1/8, 6 has 1/64 and 5 3/64.
    assert (one.pairs, one.difference) == (12, 25)
    assert (one.difference_low, one.difference_high) == pytest.approx((0, 500 / 9))
    # Error 100 sqrt(4/3 · 11/4) / 12 = 15.9571, t = 1.56670; with x = t / sqrt(3), three degrees of freedom:
    # p = 1 - 2 (x / (1 + x²) + arctan x) / π = 0.21516.
    assert one.p_value == pytest.approx(0.21516, abs=1e-5)


def test_the_baseline_is_compared_with_nothing_and_seeds_that_agree_add_no_error(tmp_path):
    _, found = joined(tmp_path, {"plain": PLAIN, "same": PLAIN})
    plain, same = found["plain"], found["same"]
    assert (plain.deviation, plain.seeds_error, plain.difference, plain.p_value) == (
        0,
        0,
        None,
        None,
    )
    assert (same.difference, same.difference_low, same.p_value) == (0, None, 1)


def test_one_seed_says_nothing_of_others(tmp_path):
    found, over = joined(tmp_path, {"plain": {3: "+---"}, "new": {3: "+++-"}})
    one, cell = over["new"], next(cell for cell in found if cell.profile == "new")
    assert one.accuracy == cell.accuracy
    assert (one.difference_low, one.p_value) == (cell.difference_low, cell.p_value)
    assert one.samples_error == pytest.approx(25)  # 3 of 4, by hand in tests/test_statistics.py
    assert (one.deviation, one.seeds_error, one.error) == (None, None, None)
    write_table(seeds_table(list(over.values())), tmp_path)
    with (tmp_path / "seeds.csv").open(newline="") as file:
        row = list(csv.DictReader(file))[1]
    assert [row[name] for name in ("profile", "seeds", "deviation", "seeds_error", "error")] == [
        "new", "1", "", "", "",
    ]  # fmt: skip
    assert (
        (tmp_path / "seeds.md")
        .read_text()
        .splitlines()[3]
        .endswith("| 75.0 [30.1, 95.4] | – | 25.00 | – | – | +50.0 [+0.0, +100.0] (p = 0.5) |")
    )


def test_an_unparsed_answer_of_one_seed_is_counted_and_its_sample_stays(tmp_path):
    _, found = joined(tmp_path, {"plain": {3: "--", 5: "--"}, "new": {3: "+-", 5: "+?"}})
    one = found["new"]
    assert (one.n, one.unparsed, one.pairs, one.floor, one.ceiling) == (3, 1, 3, 50, 75)
    assert one.accuracy.value == pytest.approx(200 / 3)
    assert one.seeds_error is None  # one sample alone has a score with both


def test_cells_of_clusters_draw_them_whole_and_say_what_the_metric_says(tmp_path):
    pairs = [{"pair": str(number // 2)} for number in range(16)]
    runs = {"plain": {3: "-" * 16}, "new": {3: "++" * 4 + "--" * 4}}
    with built(tmp_path, runs, pairs) as database:
        plain, new = (one for one in cells(database, "plain") if one.category is None)
        parts = [one for one in metrics(database, "plain") if one.metric == "item accuracy"]
    # 7 of 8 pairs are drawn, right with 1/2: none 1/128, at most one 8/128. Wilson's of 16 is 28.0 to 72.0.
    assert (new.accuracy.low, new.accuracy.high) == pytest.approx((100 / 7, 600 / 7))
    assert (new.difference_low, new.difference_high) == pytest.approx((100 / 7, 600 / 7))
    assert [(one.low, one.high) for one in parts if one.profile == "new"] == [
        (new.accuracy.low, new.accuracy.high)
    ]
    # All pairs are wrong, so nothing is drawn: Wilson's of 0 of 8 pairs, z² / (8 + z²), not of 16.
    assert (plain.accuracy.low, plain.accuracy.high) == pytest.approx((0, 32.4409), abs=1e-3)
