"""The audit of the authors' six files finds by itself what is known to be wrong with them.

Counts and places were worked out independently of this code (with the official label files at hand);
idx is the place in the file, from 0.
"""

import json
from functools import cache

import pytest

from dmlr.datasets.audit_file import Request, audit_of
from tests.released import released_file

NAN = [268, 273, 391]
BROKEN = [
    *(
        39,
        149,
        150,
        289,
        307,
        550,
        561,
        582,
        617,
        642,
        703,
        1025,
        1030,
        1044,
        1134,
        1141,
        1273,
        1283,
    ),
    *(
        1325,
        1395,
        1491,
        1546,
        1648,
        1729,
        1981,
        1989,
        2011,
        2066,
        2151,
        2192,
        2294,
        2335,
        2360,
        2434,
    ),
    *(2446, 2527, 2647, 2744, 2893, 2917),
]
WRONG = [
    *(
        14,
        45,
        75,
        79,
        300,
        301,
        307,
        311,
        369,
        395,
        403,
        417,
        430,
        459,
        475,
        660,
        681,
        689,
        755,
        770,
    ),
    *(806, 880, 895, 931, 953),
]


@cache
def audited(name, **changes):
    return audit_of(Request(released_file(name), **changes))


@cache
def places(name):
    """Official id -> idx, by the only thing that all six files have: order."""
    entries = json.loads(released_file(name).read_text(encoding="utf-8"))
    stems = [entry["image_path"].rpartition("/")[2].partition(".")[0] for entry in entries]
    by_stem = name in ("math_vista", "math_vision", "mmvp")
    return {stem if by_stem else str(i): i for i, stem in enumerate(stems)}


def finding(name, check, labels=""):
    """The places of the rows of a finding, in order; none where it found nothing."""
    ids = places(name)
    for one in audited(name)["findings"]:
        if (one["check"], one["labels"]) == (check, labels):
            return sorted(ids[sample] for sample in one["samples"])
    return []


def groups(name, check):
    return next(one["groups"] for one in audited(name)["findings"] if one["check"] == check)


@pytest.mark.parametrize(
    ("name", "loader", "rows", "pictures"),
    [
        ("hallusion", "hallusionbench", 951, 346),
        ("math_vision", "mathvision", 3040, 3040),
        ("math_vista", "mathvista", 1000, 1000),
        ("mmstar", "mmstar", 1500, 1500),
        ("mmvp", "mmvp", 300, 300),
        ("scienceqa", "scienceqa", 2017, 2017),
    ],
)
def test_the_file_is_recognised_and_counted(name, loader, rows, pictures):
    found = audited(name)
    assert (found["source"]["loader"], found["samples"], found["images"]) == (
        loader,
        rows,
        pictures,
    )


@pytest.mark.parametrize(
    ("name", "kinds", "letters"),
    [
        ("hallusion", {"yesno": 951}, {}),
        (
            "math_vision",
            {"choice": 1532, "integer": 1374, "float": 40, "expression": 94},
            {"A": 299, "B": 311, "C": 318, "D": 326, "E": 278},
        ),
        (
            "math_vista",
            {"choice": 540, "integer": 418, "float": 40, "list": 2},
            {"A": 178, "B": 173, "C": 102, "D": 73, "E": 10, "F": 2, "G": 2},
        ),
        ("mmstar", {"choice": 1500}, {"A": 429, "B": 447, "C": 309, "D": 315}),
        ("mmvp", {"choice": 300}, {"A": 150, "B": 150}),
        ("scienceqa", {"choice": 1304}, {"B": 726, "C": 375, "D": 195, "E": 8}),
    ],
)
def test_released_golds_are_read_as_what_they_are(name, kinds, letters):
    labels = audited(name)["labels"]["released"]
    assert (labels["kinds"], labels["letters"]) == (kinds, letters)


def test_scienceqa_has_713_empty_golds_and_156_questions_without_their_passage():
    empty = finding("scienceqa", "no gold", "released")
    assert len(empty) == 713
    assert empty[:10] == [8, 10, 12, 19, 22, 23, 26, 27, 28, 30]
    assert [sum(i < n for i in empty) for n in (100, 300, 500, 1000)] == [29, 103, 177, 372]
    passage = finding("scienceqa", "passage without a hint")
    assert (len(passage), passage[:7]) == (156, [0, 16, 20, 25, 34, 41, 45])
    assert finding("scienceqa", "no gold", "corrected") == []
    assert len(groups("scienceqa", "repeated question, other gold")) == 52


@pytest.mark.parametrize(("rows", "reachable"), [(None, 1304), (1000, 628), (100, 71)])
def test_no_method_can_score_more_than_64_7_percent_on_scienceqa_as_released(rows, reachable):
    found = audited("scienceqa", max_samples=rows)
    (top,) = [one for one in found["ceilings"] if one["labels"] == "released"]
    assert (top["reachable"], top["of"]) == (reachable, rows or 2017)
    assert (
        f"{100 * top['reachable'] / top['of']:.1f}"
        == {None: "64.7", 1000: "62.8", 100: "71.0"}[rows]
    )


def test_all_25_wrong_golds_of_mathvista_are_suspected_and_corrected():
    suspects = finding("math_vista", "letter may be another option's initial", "released")
    assert len(suspects) == 37
    assert set(WRONG) <= set(suspects)
    assert finding("math_vista", "released is not corrected") == WRONG
    found = next(o for o in audited("math_vista")["findings"] if "not corrected" in o["check"])
    assert found["details"]["15"] == "C / B"  # "Common water flea" was read as C
    assert finding("math_vista", "carriage return") == [0, 359, 420, 576, 582, 724, 776]
    assert sum(map(len, groups("math_vista", "repeated question"))) == 162
    assert len(groups("math_vista", "repeated question")) == 36


def test_the_40_broken_option_lists_of_mathvision_are_found():
    assert finding("math_vision", "broken option list") == BROKEN
    assert finding("math_vision", "gold names no option", "released") == [149, 2294]
    assert finding("math_vision", "gold text is not its option", "released") == [987]
    assert len(finding("math_vision", "literal backslash-n")) == 3040
    assert len(finding("math_vision", "several image markers")) == 334 + 5
    assert 2792 in finding(
        "math_vision", "unseen character"
    )  # a form feed for a backslash and an f
    assert len(finding("math_vision", "letter without a text")) == 22
    assert finding("math_vision", "boxed twice") == [1259, 1711, 2503, 2955]
    assert len(finding("math_vision", "dollars in the box")) == 28
    nearly = groups("math_vision", "nearly repeated question")
    assert sorted(map(sorted, nearly)) == [["1050", "773"], ["178", "723"]]
    changed = {1862, 1634}  # ids 338 and 1826
    assert changed <= set(finding("math_vision", "released is not corrected"))


def test_the_lost_words_of_mmstar_are_found_and_restored():
    assert finding("mmstar", "option 'nan' for 'None'") == NAN
    assert len(finding("mmstar", "option 'nan' as padding")) == 173
    assert finding("mmstar", "equal options") == [1025, 1039, 1236, 1435, 1469, 1484]
    assert finding("mmstar", "gold text is not its option", "released") == [1041, 1117]
    assert finding("mmstar", "literal backslash-n") == [817, 880, 881, 979]
    assert finding("mmstar", "_x000D_") == [1045, 1277]
    assert finding("mmstar", "unseen character") == [1127, 1150]
    assert finding("mmstar", "several image markers") == [1257, 1305, 1332, 1352, 1361, 1395]
    assert len(finding("mmstar", "far script")) == 24
    assert len(groups("mmstar", "repeated question")) == 53
    assert len(finding("mmstar", "letter without a text")) == 344
    assert finding("mmstar", "asks for a number") == [1013, 1028, 1245]
    restored = [e["sample"] for e in audited("mmstar")["errata"] if e["new"] == "None"]
    assert restored == [str(i) for i in NAN]


def test_hallusionbench_asks_one_question_three_times_with_two_answers():
    assert groups("hallusion", "conflict") == [["534", "535", "536"]]
    assert groups("hallusion", "duplicate") == [["534", "535", "536"], ["887", "889"]]
    assert audited("hallusion")["groups"] == {"figure": 346}
    assert len(finding("hallusion", "asks for words")) == 44 + 50
    floors = {
        (one["answer"], one["metric"]): round(100 * one["correct"] / one["of"], 1)
        for one in audited("hallusion")["floors"]
        if one["labels"] == "released"
    }
    assert floors == {
        ("No", "accuracy"): 57.8, ("No", "figure"): 12.1,
        ("Yes", "accuracy"): 42.2, ("Yes", "figure"): 7.2,
    }  # fmt: skip


def test_mmvp_keeps_labels_that_are_reported_as_swapped():
    assert finding("mmvp", "released is not corrected") == [98, 99, 278, 279]
    assert len(groups("mmvp", "repeated question")) == 150
    pairs = [one["correct"] for one in audited("mmvp")["floors"] if one["metric"] == "pair"]
    assert pairs == [0, 0, 0, 0]  # both pictures of a pair have opposite answers
    assert len(finding("mmvp", "literal backslash-n")) == 300
