"""The same answers under one scoring after the other, counted by hand."""

import csv

import duckdb
import pyarrow.parquet as pq
import pytest

from dmlr.store.cells import cells
from dmlr.store.gap import gap, write_gap
from tests.marked import database

# In the order of the experiment: the main protocol first, two released ones.
OLD, NEW = "released-2025-12", "released-2026-03"
SCORED = {
    ("paper", "released"): "++++++++..",
    ("paper", "official"): "++++++++++",
    ("paper", "corrected"): "+?+-+++-+-",  # 6 of 9
    (OLD, "released"): "--------..",
    (OLD, "official"): "----------",
    (OLD, "corrected"): "+---------",  # 1 of 10
    (NEW, "released"): "++--++--..",  # 4 of 8
    (NEW, "official"): "+++-+++-+-",  # 7 of 10
    (NEW, "corrected"): "+++-+++-++",  # 8 of 10
}
OFFICIAL = {(protocol, "official"): "+-" for protocol in ("paper", OLD, NEW)}


def found(folder, runs, published=None, baseline="plain", **changes):
    path = database(folder, runs, **changes)
    with duckdb.connect(str(path), read_only=True) as opened:
        return gap(opened, cells(opened, baseline), published or {})


@pytest.fixture(scope="module")
def rungs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gap")
    runs = {"own": {"plain": SCORED}, "short": {"plain": OFFICIAL}}
    return found(folder, runs, {("own", "m", "plain"): 60.0})


def of(rungs, benchmark):
    return [one for one in rungs if one.benchmark == benchmark]


def test_released_labels_and_rules_come_first_then_labels_then_protocols(rungs):
    assert [(one.labels, one.protocol) for one in of(rungs, "own")] == [
        ("released", NEW), ("official", NEW), ("corrected", NEW), ("corrected", "paper"),
        ("corrected", OLD),
    ]  # fmt: skip


def test_each_rung_has_its_accuracy_and_what_the_released_code_would_print(rungs):
    numbers = [(one.cell.n, one.cell.accuracy.value, one.cell.floor) for one in of(rungs, "own")]
    assert numbers == [
        (8, 50.0, 40.0),
        (10, 70.0, 70.0),
        (10, 80.0, 80.0),
        (9, pytest.approx(100 * 6 / 9), 60.0),
        (10, 10.0, 10.0),
    ]


def test_a_rung_is_paired_with_the_one_before_on_what_both_have_a_score_for(rungs):
    first, official, corrected, paper, old = of(rungs, "own")
    assert (first.difference, first.scored_here, first.scored_before) == (None, None, None)
    # Of the eight with a released gold 2 and 6 are won; 8 and 9 have a gold now.
    counts = official.difference
    assert (counts.n, counts.only_first, counts.only_second) == (8, 2, 0)
    assert (counts.value, counts.p_value) == (25.0, 0.5)  # p = 2 / 2^2
    assert (official.scored_here, official.scored_before) == (2, 0)
    assert (corrected.difference.n, corrected.difference.value) == (10, 10.0)
    counts = paper.difference
    assert (counts.n, counts.only_first, counts.only_second) == (9, 0, 1)
    assert (paper.scored_here, paper.scored_before) == (0, 1)
    # Compared with paper, which is before it in the experiment: 2, 4, 5, 6, 8 are lost.
    assert (old.difference.only_first, old.difference.only_second, old.scored_here) == (0, 5, 1)


def test_the_distance_to_the_published_number_is_told_both_ways(rungs):
    assert [one.distance for one in of(rungs, "own")] == pytest.approx([-10, 10, 20, 60 / 9, -50])
    assert [one.printed_distance for one in of(rungs, "own")] == [-20.0, 10.0, 20.0, 0.0, -50.0]


def test_labels_that_a_benchmark_lacks_are_rows_without_numbers(rungs):
    found = of(rungs, "short")
    assert [(one.labels, one.protocol, one.cell is None) for one in found] == [
        ("released", NEW, True), ("official", NEW, False), ("corrected", NEW, True),
        ("official", "paper", False), ("official", OLD, False),
    ]  # fmt: skip
    # The protocols that follow are compared with the last rung that was scored.
    assert [one.difference and one.difference.n for one in found] == [None, None, None, 2, 2]
    assert {one.distance for one in found} == {None}


def test_without_the_protocol_of_2026_another_released_one_takes_its_place(tmp_path):
    kept = {key: marks for key, marks in SCORED.items() if key[0] != NEW}
    found_ = found(tmp_path, {"own": {"plain": kept}})
    assert [(one.labels, one.protocol) for one in found_] == [
        ("released", OLD), ("official", OLD), ("corrected", OLD), ("corrected", "paper"),
    ]  # fmt: skip


def test_without_released_rules_their_rungs_are_not_available(tmp_path):
    kept = {key: marks for key, marks in SCORED.items() if key[0] == "paper"}
    rungs = found(tmp_path, {"own": {"plain": kept}})
    assert [(one.labels, one.protocol, one.cell is None) for one in rungs] == [
        ("released", NEW, True), ("official", NEW, True), ("corrected", NEW, True),
        ("corrected", "paper", False),
    ]  # fmt: skip
    assert rungs[-1].difference is None


def test_the_files_say_it_in_numbers_and_in_words(rungs, tmp_path):
    write_gap(rungs, tmp_path, ["provenance 0123456789ab"])
    with (tmp_path / "gap.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["benchmark"] == "own"]
    assert float(rows[1].pop("mcnemar_p")) == 0.5
    assert rows[1] | {"difference_low": "", "difference_high": "", "low": "", "high": ""} == {
        "benchmark": "own", "model": "m", "profile": "plain", "seed": "3", "rung": "1",
        "labels": "official", "protocol": NEW, "available": "yes", "samples": "10", "n": "10",
        "accuracy": "70.0000", "low": "", "high": "", "printed": "70.0000", "no_gold": "0",
        "unparsed": "0", "failed": "0", "final": "yes", "pairs": "8", "difference": "25.0000",
        "difference_low": "", "difference_high": "", "only_here": "2", "only_before": "0",
        "scored_here": "2", "scored_before": "0", "published": "60.0000",
        "distance": "10.0000", "printed_distance": "10.0000",
    }  # fmt: skip
    assert (rows[0]["no_gold"], rows[0]["pairs"], rows[0]["mcnemar_p"]) == ("2", "", "")
    lines = (tmp_path / "gap.md").read_text().splitlines()
    assert lines[2].startswith("| own | m | plain | 3 | released | released-2026-03 | 8 | 50.0 [")
    assert lines[2].endswith("| – | – | – | – | 40.0 | 60.0 | -10.0 | -20.0 |")
    # Of eight pairs that are won with a chance of 1/4: none with 0.100, at most four with 0.973.
    assert "| 70.0 [39.7, 89.2] | +25.0 [0.0, 62.5] (p = 0.5) | 8 | 2 | 0 | 70.0 |" in lines[3]
    short = next(line for line in lines if line.startswith("| short"))
    assert "| released-2026-03 | – | not available | – | – | – | – | – | – | – | – |" in short
    assert lines[-1] == "provenance 0123456789ab"
    assert "not available" in (tmp_path / "gap.tex").read_text()
    lacking = pq.read_table(tmp_path / "gap.parquet").to_pylist()[len(rows)]
    assert lacking["available"] is False
    assert {lacking[name] for name in ("samples", "n", "accuracy", "printed", "final")} == {None}


def test_too_many_unscored_answers_leave_no_number(tmp_path):
    runs = {"own": {"plain": SCORED}}
    write_gap(found(tmp_path, runs, unscored=0.05), tmp_path)
    line = (tmp_path / "gap.md").read_text().splitlines()[5]
    assert "| 9 | not final: 60.0–70.0 | not final | 9 | 0 | 1 | 60.0 |" in line
