"""Whether the reward knows which answers are correct, from stored rewards and verdicts."""

import csv

import pytest

from dmlr.store.reward import rankings, reward_table
from dmlr.store.table import write_table
from tests.runs import built

NAN = float("nan")
# Right 4, 3, 2 against wrong 1, 2; a sixth answer is unparsed, a seventh has no reward, an eighth no number.
MARKS = "+++--?+-"
REWARDS = [
    (1.0, 4.0),
    (1.0, 3.0),
    (0.0, 2.0),
    (0.0, 1.0),
    (2.0, 2.0),
    (9.0, 9.0),
    (None, None),
    (NAN, NAN),
]


def found(folder, marks=MARKS):
    runs = {"plain": {3: marks}, "new": {3: marks}}
    with built(folder, runs, rewards=REWARDS) as database:
        return rankings(database)


def test_rewards_of_a_run_by_hand(tmp_path):
    initial, best, gain = found(tmp_path)
    assert {
        (one.profile, one.correct, one.wrong, one.without_reward) for one in (initial, best, gain)
    } == {("new", 3, 2, 2)}
    # Initial 1, 1, 0 against 0, 2: right above wrong 2 times and equal once, of 6. Gain 3, 2, 2 against 1, 0.
    assert [one.area.value for one in (initial, best, gain)] == pytest.approx([2.5 / 6, 5.5 / 6, 1])
    assert (gain.area.low, gain.area.high) == (None, None)


def test_the_table_has_a_row_per_reward_and_a_line_per_run(tmp_path):
    write_table(reward_table(found(tmp_path)), tmp_path)
    with (tmp_path / "reward.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["reward"], row["n"], row["without_reward"], row["auroc"]) for row in rows] == [
        ("initial", "5", "2", "0.4167"), ("best", "5", "2", "0.9167"), ("gain", "5", "2", "1.0000"),
    ]  # fmt: skip
    assert rows[2]["low"] == ""
    # The interval of the best reward is by hand in tests/test_statistics.py.
    line = (tmp_path / "reward.md").read_text().splitlines()[2]
    assert line.startswith("| own | m | new | 3 | paper | official | 3 | 2 | 2 | 0.42 [")
    assert line.endswith(" | 0.92 [0.35, 1.00] | 1.00 |")


def test_nothing_is_ranked_where_all_answers_are_right(tmp_path):
    all_right = found(tmp_path, "++++++++")
    assert {one.area for one in all_right} == {None}
    write_table(reward_table(all_right), tmp_path)
    assert (tmp_path / "reward.md").read_text().splitlines()[2].endswith("| – | – | – |")


def test_without_an_optimised_run_the_table_is_empty(tmp_path):
    with built(tmp_path, {"plain": {3: MARKS}}) as database:
        write_table(reward_table(rankings(database)), tmp_path)
    assert len((tmp_path / "reward.csv").read_text().splitlines()) == 1
