"""Agreement of protocols and disputed samples, against numbers worked out by hand.

Marks as in test_group_metrics: + correct, - wrong, ? unparsed, ! failed, 0 no gold.
"""

import csv

import pytest

from dmlr.store.agreement import cohens_kappa, krippendorffs_alpha, write_agreement
from dmlr.store.disputed import write_disputed
from tests.test_group_metrics import database, verdict

# Both right 7, first alone 2, second alone 3, both wrong 5; then scored by one alone, and by neither.
FIRST = "+++++++++--------+?!?"
SECOND = "+++++++--+++-----?+-!"
THIRD = "++++++++++++----?++?-"
PAIRS = ("first_protocol", "second_protocol")


def tables(folder, **scored):
    """What the two files say of one run under the protocols, and the disputed samples."""
    parts = [("all", {})] * len(next(iter(scored.values())))
    with database(folder, {"own": (parts, scored)}) as opened:
        write_agreement(opened, folder)
        write_disputed(opened, folder)
    return [rows(folder / f"{name}.csv") for name in ("agreement", "agreement-all", "disputed")]


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def test_kappa_of_a_table():
    # Observed 12/17; by chance (9 * 10 + 8 * 7) / 17² = 146/289; (204 - 146) / (289 - 146) = 58/143.
    assert cohens_kappa(7, 2, 3, 5) == pytest.approx(58 / 143)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ((3, 0, 0, 5), 1.0),
        ((0, 3, 5, 0), -30 / 34),  # observed 0, by chance 2 * 3 * 5 / 64 = 30/64
        ((3, 0, 5, 0), 0.0),  # the second is constant: 3/8 observed and by chance
        ((0, 7, 0, 0), 0.0),  # constant, but not the same: 0 observed and by chance
        ((7, 0, 0, 0), None),  # both always say correct
        ((0, 0, 0, 7), None),
        ((0, 0, 0, 0), None),
    ],
)
def test_kappa_of_those_that_agree_on_all_or_nothing_or_are_constant(table, kappa):
    assert cohens_kappa(*table) == (kappa and pytest.approx(kappa))


def test_alpha_of_the_published_example():
    # Krippendorff 2011, example C: four observers, twelve units, five values; "." is missing.
    observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    units = [
        ([sum(said[unit] == value for said in observers) for value in "12345"], 1)
        for unit in range(12)
    ]
    # Agreeing pairs over the values of a unit less one: 3+2+4+4+4+0+4+2+4+3+2 = 32 of 40 values. The
    # last unit has one value alone. Values 9, 13, 10, 5, 3: 1600 - 384 = 1216. 1 - 39 * 8 / 1216.
    assert krippendorffs_alpha(units) == pytest.approx(1 - 312 / 1216)
    assert round(1 - 312 / 1216, 3) == 0.743  # as published


@pytest.mark.parametrize(
    ("units", "alpha"),
    [
        ([((2, 0), 3), ((0, 2), 5)], 1.0),
        ([((1, 1), 7)], 1 - 13 * 14 / (14**2 - 2 * 7**2)),  # less than by chance: -6/7
        ([((2, 0), 7)], None),  # no second category
        ([((1, 0), 3), ((0, 1), 5)], None),  # nothing to pair
        ([], None),
    ],
)
def test_alpha_of_all_agreed_and_none_agreed_and_of_no_variety(units, alpha):
    assert krippendorffs_alpha(units) == (alpha and pytest.approx(alpha))


def test_a_pair_of_protocols(tmp_path):
    (one,), (joint,), _ = tables(tmp_path, paper=FIRST, judge=SECOND)
    # Alpha: 34 values, 24 of them agreeing, 19 correct and 15 wrong: 1 - 33 * 10 / (34² - 19² - 15²).
    assert one == {
        "benchmark": "own", "model": "m", "profile": "vanilla", "seed": "3", "labels": "official",
        "first_protocol": "paper", "second_protocol": "judge", "samples": "21", "n": "17",
        "agreement": "70.5882", "kappa": "0.4056", "alpha": "0.4211", "shift": "5.8824",
        "both_correct": "7", "only_first_correct": "2", "only_second_correct": "3",
        "both_wrong": "5", "only_first_scored": "1", "only_second_scored": "2",
    }  # fmt: skip
    assert {name: joint[name] for name in ("protocols", "samples", "n", "agreement", "alpha")} == {
        "protocols": "2", "samples": "21", "n": "17", "agreement": "70.5882", "alpha": "0.4211",
    }  # fmt: skip


def test_three_protocols_by_pairs_in_the_experiments_order_and_together(tmp_path):
    found, (joint,), _ = tables(tmp_path, paper=FIRST, judge=SECOND, another=THIRD)
    assert [tuple(row[name] for name in (*PAIRS, "n")) for row in found] == [
        ("paper", "judge", "17"),
        ("paper", "another", "17"),
        ("judge", "another", "17"),
    ]
    # Samples by their correct and wrong verdicts: 7 (3, 0), 5 (2, 1), 4 (0, 3), 1 (0, 2), 2 (2, 0), 2
    # (0, 1). Values of the first 19: 16 * 3 + 3 * 2 = 54, of which 21 + 10 + 4 = 35 correct, 19 wrong.
    # Agreeing: 7 * 3 + 5 * 1 + 4 * 3 + 1 * 2 + 2 * 2 = 44. 1 - 53 * 10 / (54² - 35² - 19²).
    assert joint["n"] == "19"
    assert float(joint["agreement"]) == pytest.approx(100 * 14 / 19, abs=1e-4)
    assert float(joint["alpha"]) == pytest.approx(1 - 530 / 1330, abs=1e-4)


def test_words_for_a_reader(tmp_path):
    tables(tmp_path, paper=FIRST, judge=SECOND)
    lines = (tmp_path / "agreement.md").read_text().splitlines()
    assert lines[0].startswith("| benchmark | model | profile | seed | labels | first protocol |")
    assert lines[2] == (
        "| own | m | vanilla | 3 | official | paper | judge | 21 | 17 | 70.6 | 0.406 | 0.421 | +5.9 "
        "| 7 | 2 | 3 | 5 | 1 | 2 |"
    )
    lines = (tmp_path / "agreement-all.md").read_text().splitlines()
    assert lines[2] == "| own | m | vanilla | 3 | official | 2 | 21 | 17 | 70.6 | 0.421 |"


def test_what_is_not_defined_is_empty(tmp_path):
    (constant,), (joint,), _ = tables(tmp_path / "constant", paper="+++", judge="++?")
    assert [constant[name] for name in ("n", "agreement", "kappa", "alpha", "shift")] == [
        "2", "100.0000", "", "", "0.0000",
    ]  # fmt: skip
    assert (joint["agreement"], joint["alpha"]) == ("100.0000", "")
    (apart,), (joint,), _ = tables(tmp_path / "apart", paper="+?!", judge="?-0")
    assert [apart[name] for name in ("n", "agreement", "kappa", "alpha", "shift")] == [
        "0", "", "", "", "",
    ]  # fmt: skip
    assert (apart["only_first_scored"], apart["only_second_scored"]) == ("1", "1")
    assert (joint["n"], joint["agreement"], joint["alpha"]) == ("0", "", "")
    assert "| 3 | 0 | – | – | – | – |" in (tmp_path / "apart/agreement.md").read_text()


def test_of_one_protocol_there_are_only_headers(tmp_path):
    assert tables(tmp_path, paper="+-?") == [[], [], []]
    assert (tmp_path / "agreement.csv").read_text().startswith("benchmark,model,profile,seed,")
    assert (tmp_path / "disputed.csv").read_text().startswith('"benchmark","model",')
    assert len((tmp_path / "agreement-all.md").read_text().splitlines()) == 2


def test_disputed_samples_are_ordered_by_how_many_disagree(tmp_path):
    # Of the four protocols dissent, sample by sample: none, one, two (of two and two), three, none.
    scored = {"paper": "++++-", "judge": "++---", "another": "++-?-", "last": "+-+!-"}
    *_, found = tables(tmp_path, **scored)
    assert [row["sample_id"] for row in found] == [f"own/{n}" for n in (3, 2, 1) for _ in scored]
    assert [row["dissenting"] for row in found] == [str(n) for n in (3, 2, 1) for _ in scored]
    assert {row["protocols"] for row in found} == {"4"}
    assert [(row["protocol"], row["verdict"], row["reason"]) for row in found[:4]] == [
        ("paper", "correct", ""),
        ("judge", "wrong", ""),
        ("another", "unparsed", "no box"),
        ("last", "failed", "no memory"),
    ]
    assert list(found[0].items())[:5] == [
        ("benchmark", "own"), ("model", "m"), ("profile", "vanilla"), ("seed", "3"),
        ("labels", "official"),
    ]  # fmt: skip
    assert {name: found[1][name] for name in ("extracted", "compared", "rule")} == {
        "extracted": "no", "compared": "No", "rule": "boxed",
    }  # fmt: skip


def test_samples_of_equal_disagreement_keep_the_benchmarks_order(tmp_path):
    *_, found = tables(tmp_path, paper="+" * 11, judge="-" * 11)
    assert [row["sample_id"] for row in found[::2]] == [f"own/{number}" for number in range(11)]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_disputed_cell_begins_a_formula_or_breaks_its_row(tmp_path, start):
    text = f"{start}cmd|'/c calc'!A0,\"\r\n=2\r-1" + "x" * 1000
    hostile = verdict("own/0", "-", extracted=text, compared=text, rule=text, reason=text)
    *_, found = tables(tmp_path, paper=[hostile], judge="+")
    assert [found[0][name] for name in ("extracted", "compared", "rule", "reason")] == [
        f"'{text}"
    ] * 4
    assert len(found) == 2
