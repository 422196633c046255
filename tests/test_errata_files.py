"""The known faults of the benchmarks' labels, options and questions: config/errata/*.csv."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.released import released_file

ROOT = Path(__file__).parent.parent
HEADER = ["sample", "field", "old", "new", "source", "reason", "status"]
LOADERS = ["hallusionbench", "mathvision", "mathvista", "mm-math", "mmstar", "mmvp", "scienceqa"]
FIELD = re.compile(r"gold|released|question|note|option\.[A-Z]")
WRONG_LETTERS = [
    *(15, 46, 76, 80, 301, 302, 308, 312, 370, 396, 404, 418, 431, 460, 476, 661, 682, 690, 756),
    *(771, 807, 881, 896, 932, 954),
]
CUT = "Released options were cut at their commas; gold "


def rows(loader):
    with open(ROOT / f"config/errata/{loader}.csv", encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file, strict=True)
    assert header == HEADER
    return [dict(zip(HEADER, row, strict=True)) for row in found]


def released(name):
    return [row["solution"] for row in json.loads(released_file(name).read_text(encoding="utf-8"))]


def test_every_loader_of_a_published_benchmark_has_a_file():
    assert sorted(path.stem for path in (ROOT / "config/errata").glob("*.csv")) == LOADERS


@pytest.mark.parametrize("loader", LOADERS)
def test_rows_keep_the_format(loader):
    found = rows(loader)
    for row in found:
        assert FIELD.fullmatch(row["field"]), row
        assert row["status"] in ("confirmed", "reported", "repaired"), row
        assert row["source"].strip(), row
        assert row["reason"].strip(), row
        assert row["sample"] == "*" or row["sample"].isdigit(), row
        if row["field"] == "note":
            assert row["sample"] != "*", row
            assert row["old"] == row["new"] == "", row
        else:
            assert row["old"] != row["new"], row
    changes = Counter((row["sample"], row["field"]) for row in found if row["field"] != "note")
    assert [change for change, n in changes.items() if n > 1] == []
    assert len({tuple(row.values()) for row in found}) == len(found)


def test_mathvista_lists_the_25_letters_that_were_read_from_the_golds_text():
    found = [row for row in rows("mathvista") if row["field"] == "released"]
    assert [int(row["sample"]) for row in found] == WRONG_LETTERS
    assert {row["status"] for row in found} == {"confirmed"}


def test_mathvision_lists_the_40_broken_option_lists_by_what_became_of_the_gold():
    notes = [row for row in rows("mathvision") if row["reason"].startswith(CUT)]
    kinds = Counter(
        re.search("whole|fragment|not in the prompt", row["reason"])[0] for row in notes
    )
    assert {row["field"] for row in notes} == {"note"}
    assert len({row["sample"] for row in notes}) == 40
    assert kinds == {"whole": 12, "fragment": 26, "not in the prompt": 2}


def test_mmvp_swaps_two_pairs():
    found = [(row["sample"], row["field"], row["old"], row["new"]) for row in rows("mmvp")]
    assert found == [
        ("99", "gold", "A", "B"),
        ("100", "gold", "B", "A"),
        ("279", "gold", "A", "B"),
        ("280", "gold", "B", "A"),
    ]


def test_released_letters_of_mathvista_are_those_in_the_authors_file():
    golds = released("math_vista")
    for row in rows("mathvista"):
        if row["field"] == "released":
            assert golds[int(row["sample"]) - 1].startswith(row["old"] + ". "), row


def test_released_golds_of_scienceqa_are_empty_in_the_authors_file():
    golds = released("scienceqa")
    found = [row for row in rows("scienceqa") if row["field"] == "released"]
    assert [(row["sample"], row["old"], row["new"]) for row in found] == [
        ("*", "", "A"),
        ("10", "", "A"),
        ("12", "", "A"),
    ]
    assert golds[10] == golds[12] == ""
    assert golds.count("") == 713
    assert not any(gold.startswith("A") for gold in golds)


def test_no_other_file_has_released_rows():
    found = {loader for loader in LOADERS for row in rows(loader) if row["field"] == "released"}
    assert found == {"mathvista", "scienceqa"}
