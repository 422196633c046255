"""The authors' format: read exactly, taken apart, and joined with the official samples."""

import json

import pytest

from dmlr.datasets.answers import released
from dmlr.datasets.join import join
from dmlr.datasets.options import asked
from dmlr.datasets.pictures import held
from dmlr.datasets.registry import LOADERS
from dmlr.datasets.released_json import dialect, read, rows
from dmlr.datasets.source import SourceRow
from dmlr.errors import DataError
from dmlr.records import Gold


@pytest.mark.parametrize(
    ("prompt", "question", "options"),
    [
        ("Hint: pick.\nQuestion: How far?\nChoices:\n(A) 3 m\n(B)5 m", "How far?", ("3 m", "5 m")),
        ("Solve. \\n Question: Open?\nOptions: (a) Open (b) Closed\n", "Open?", ("Open", "Closed")),
        ("Which?\nOptions: A: a, b: c, B: d, C: nan", "Which?", ("a, b: c", "d", "nan")),
        ("Which?\n\nOptions:\nA. one\nB. B. two", "Which?", ("one", "B. two")),
        # the released converter cut "1,30" and "1,35" at their commas
        ("S.\\n Question: x?\\n Options: A. 1, B. 30, C. 1, D. 35", "x?", ("1", "30", "1", "35")),
        ("Is it? A. B. is no list", "Is it? A. B. is no list", ()),
    ],
)
def test_a_prompt_is_taken_apart(prompt, question, options):
    found = asked(prompt)
    assert (found.question, found.options) == (question, options)


OPTIONS = ("$72^{\\circ}$", "B. Franklin", "no", "4")


@pytest.mark.parametrize(
    ("solution", "gold"),
    [
        ("A. $72^{\\circ}$", Gold(kind="choice", letter="A", text="$72^{\\circ}$")),
        ("C: no", Gold(kind="choice", letter="C", text="no")),
        ("(b) B. Franklin", Gold(kind="choice", letter="B", text="B. Franklin")),
        ("\\boxed{D}", Gold(kind="choice", letter="D", text="4")),
        ("D. 5", Gold(kind="choice", letter="D", text="5")),  # kept as released, the audit names it
        ("\\boxed{E}", Gold(kind="choice", letter="E", text="")),  # names no option
        ("no", Gold(kind="choice", letter="C", text="no")),
        ("", None),
        (" \n", None),
        ("none of them", Gold(kind="expression", text="none of them")),  # no letter is guessed
    ],
)
def test_a_released_choice(solution, gold):
    assert released(solution, OPTIONS) == gold


@pytest.mark.parametrize(
    ("solution", "gold"),
    [
        ("\\boxed{Yes}", Gold(kind="yesno", text="Yes")),
        ("no.", Gold(kind="yesno", text="No")),
        ("-12", Gold(kind="integer", text="-12", value=-12.0)),
        ("1.50", Gold(kind="float", text="1.50", value=1.5)),
        ("[2, 3]", Gold(kind="list", text="[2, 3]")),
        ("\\boxed{$\\boxed{\\frac{1}{2}}$}", Gold(kind="expression", text="\\frac{1}{2}")),
        ("\\boxed{\x0crac{36}{13}}", Gold(kind="expression", text="\x0crac{36}{13}")),
        ("$a$ or $b$", Gold(kind="expression", text="$a$ or $b$")),
        ("", None),
    ],
)
def test_a_released_answer_without_options(solution, gold):
    assert released(solution, ()) == gold


def written(folder, entries):
    path = folder / "own.json"
    path.write_text(json.dumps(entries))
    return path


def entry(**changes):
    return {"prompt": "Which?", "solution": "A", "image_path": "a.png", "idx": 3, **changes}


def test_idx_is_optional_and_other_keys_are_left_alone(tmp_path):
    path = written(tmp_path, [{"completion": "x", **entry()}, {**entry(), "idx": 8}])
    assert [one.number for one in read(path)] == [3, 8]
    plain = {key: value for key, value in entry(solution=5).items() if key != "idx"}
    (found,) = read(written(tmp_path, [plain]))
    assert (found.number, found.solution) == (0, "5")


def test_every_bad_entry_is_one_line(tmp_path):
    bad = [entry(prompt=""), entry(image_path=None), entry(solution=None), entry(idx="x"), 7]
    path = written(tmp_path, bad)
    with pytest.raises(DataError) as error:
        read(path)
    assert str(error.value).splitlines() == [
        f"{path}: entry 0: prompt must be text, got ''",
        f"{path}: entry 1: image_path must be text, got None",
        f"{path}: entry 2: solution must be text (empty: no answer), got None",
        f"{path}: entry 3: idx must be a whole number from 0 on, got 'x'",
        f"{path}: entry 4 must be an object, got int",
    ]


@pytest.mark.parametrize(
    "text", ["{}", "[]", "<html>", '"x"', '[{"solution": NaN}]', "[" * 100_000]
)
def test_a_file_that_is_no_list_is_refused(tmp_path, text):
    path = tmp_path / "own.json"
    path.write_text(text)
    with pytest.raises(DataError, match=r"own\.json: must be a JSON (list|file)"):
        read(path)


def test_the_file_of_a_benchmark_is_known_by_its_pictures(tmp_path):
    own = read(written(tmp_path, [entry()]))
    vision = read(
        written(tmp_path, [entry(image_path="dataset/math_vision/dataset/images/290.png")])
    )
    assert (dialect(own), dialect(vision)) == ("json", "mathvision")
    (row,) = rows(vision, LOADERS["mathvision"], tmp_path)
    assert row.official_id == "290"
    assert set(row.gold) == {"released"}
    (row,) = rows(own, None, tmp_path)
    assert (row.official_id, set(row.gold)) == ("3", {"official"})


def official(number, question="Which?", letter="B"):
    gold = Gold(kind="choice", letter=letter, text="x")
    return SourceRow(
        str(number),
        question,
        ("y", "x"),
        {"official": gold},
        held("p", b"p"),
        "easy",
        {"level": "2"},
    )


def author(number, prompt="Please. \\n Question: Which?", solution="A"):
    gold = released(solution, ("y", "x"))
    return SourceRow(
        str(number),
        "?",
        (),
        {"released": gold},
        held("q", b"q"),
        "all",
        {},
        wordings={"released": prompt},
    )


def test_a_joined_row_has_both_golds_the_released_words_and_the_official_rest():
    joined, misfits = join(
        [official(1), official(2)],
        [author(2), author(1, solution="")],
        order="released-json",
        file="f",
    )
    assert [row.official_id for row in joined] == ["2", "1"]
    first, second = joined
    assert (first.gold["released"].letter, first.gold["official"].letter) == ("A", "B")
    assert second.gold["released"] is None
    assert (first.options, first.category, first.picture.name) == (("y", "x"), "easy", "p")
    assert first.wordings["released"] == "Please. \\n Question: Which?"
    assert misfits == []


def test_in_official_order_what_the_authors_lack_has_no_released_gold():
    joined, _ = join([official(1), official(2)], [author(2)], order="official", file="f")
    assert (joined[0].official_id, joined[0].gold["released"]) == ("1", None)
    assert joined[1].gold["released"].letter == "A"


def test_blanks_do_not_matter_for_the_join_and_other_questions_do():
    prompt = "Question:\\n Which\n of \u00a0them?"
    joined = join([official(1, "Which of them?")], [author(1, prompt)], order="official", file="f")
    assert joined[1] == []
    with pytest.raises(
        DataError, match=r"f: prompts must hold the official questions, 1 of 1 do not"
    ):
        join([official(1, "How many?")], [author(1)], order="official", file="f")
    twelve = [official(i, "How many?" if i == 5 else "Which?") for i in range(12)]
    _, misfits = join(twelve, [author(i) for i in range(12)], order="official", file="f")
    assert misfits == ["5"]


def test_two_rows_for_one_official_sample_are_refused():
    with pytest.raises(
        DataError, match=r"f: every row must be another official sample, 1 stand for"
    ):
        join([official(1), official(2)], [author(1), author(1)], order="official", file="f")


def test_decimals_that_count_are_those_that_the_prompt_asks_for(tmp_path):
    prompt = "Hint: requiring a floating-point number with one decimal place.\nQuestion: How far?"
    path = written(tmp_path, [entry(prompt=prompt, solution="2.5"), entry(solution="2.50", idx=4)])
    first, second = rows(read(path), None, tmp_path)
    assert (first.gold["official"].precision, second.gold["official"].precision) == (1, None)


def test_a_place_in_the_authors_order_is_their_idx(tmp_path):
    entries = [entry(idx=7, image_path="dataset/scienceqa/a.png")]
    (row,) = rows(read(written(tmp_path, entries)), LOADERS["scienceqa"], tmp_path)
    assert row.official_id == "7"


def test_a_row_without_its_official_sample_is_another_file():
    with pytest.raises(
        DataError, match=r"f: every row must have its official sample, 1 of 2 have none, first 9"
    ):
        join([official(1)], [author(1), author(9)], order="official", file="f")
