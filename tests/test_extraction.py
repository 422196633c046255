import json
from fractions import Fraction

import pytest

from dmlr.datasets.options import asked
from dmlr.datasets.released_json import gold_of
from dmlr.verify.extraction.dress import latex, plain, unmarked
from dmlr.verify.extraction.extract import extract
from dmlr.verify.extraction.folding import folded
from dmlr.verify.extraction.number import decimal, number
from dmlr.verify.extraction.option_texts import options_with
from dmlr.verify.extraction.units import is_unit
from tests.released import released_file

WAYS = ("left", "right", "cross")


@pytest.mark.parametrize(
    ("reply", "place", "raw"),
    [
        (r"So \boxed{\text{(B)}} it is.", "boxed", r"\text{(B)}"),
        ("<answer> B. right </answer>", "answer tag", "B. right"),
        ("It turns. The answer is B, as shown.", "answer phrase", "B, as shown."),
        ("(b) right", "whole reply", "(b) right"),
        ("B\n\nIt turns at the end of the line.", "first line", "B"),
        ("It turns at the end of the line.\n\nTherefore, B.", "last line", "Therefore, B."),
    ],
)
def test_a_reading_says_where_and_from_what_it_was_read(reply, place, raw):
    found = extract(reply, "choice", WAYS)
    assert (found.value, found.place, found.raw, found.reason) == ("B", place, raw, None)


def test_what_cannot_be_read_says_where_that_stood_and_why():
    found = extract(r"\boxed{A or B}", "choice", WAYS)
    assert (found.value, found.place, found.raw) == (None, "boxed", "A or B")
    assert found.reason == "names several options: A, B"
    assert extract("", "choice", WAYS).reason == "the reply is empty"


@pytest.mark.parametrize("reply", ["50%", r"\boxed{50\%}", "The answer is 50 %."])
def test_a_percent_sign_stays_in_what_was_read_and_out_of_the_value(reply):
    found = extract(reply, "float")
    assert found.value == "50"
    assert "%" in found.raw


def test_a_long_unreadable_place_is_shown_in_part():
    found = extract(r"\boxed{" + "many words " * 100 + "}", "integer")
    assert found.value is None
    assert len(found.raw) == 201
    assert found.raw.endswith("…")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("choice", None),
        ("integer", "3"),
        ("float", "3"),
        ("list", "[3]"),
        ("yesno", None),
        ("expression", "3"),
    ],
)
def test_one_reply_is_read_as_the_kind_that_is_asked_for(kind, value):
    assert extract(r"So \boxed{3}.", kind, WAYS).value == value


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        (r"\boxed{A}", "<answer>B</answer>"),
        ("<answer>A</answer>", "The answer is B."),
        ("The answer is A.", "\nB"),
        (r"<think>\boxed{B} B</think>The answer is A.", ""),
    ],
)
def test_the_place_of_more_authority_decides(higher, lower):
    assert extract(f"{higher} Look at it again. {lower}", "choice", WAYS).value == "A"


def test_the_boxes_of_the_last_line_are_one_list_and_for_a_number_too_many():
    reply = "Half is \\boxed{6}.\nSo x = \\boxed{1} or x = \\boxed{2}."
    assert extract(reply, "list").value == "[1, 2]"
    assert extract(reply, "expression").value == "1, 2"
    assert extract(reply, "integer").reason == "states several answers: 1, 2"
    assert extract(reply.replace(" or ", ", hence "), "integer").value == "2"


@pytest.mark.parametrize(
    "word", ["Wait", "No,", "Actually,", "Correction:", "Sorry,", "Oops,", "Hold on,", "等等,"]
)
def test_a_word_that_takes_back_lets_the_later_statement_count(word):
    first, later = "The answer is A.", "the answer is C."
    assert extract(f"{first} {word} {later}", "choice", WAYS).value == "C"
    found = extract(f"{first} Also, {later}", "choice", WAYS)
    assert found.reason == "states several answers: A, C"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 2), "0.5"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-2, 6), "-1/3"),
        (Fraction(1000), "1000"),
        (Fraction(0), "0"),
        (Fraction(7, 100), "0.07"),
        (Fraction(3, 40), "0.075"),
    ],
)
def test_a_value_is_a_decimal_where_that_is_exact(value, text):
    assert decimal(value) == text
    assert number(text) == text


@pytest.mark.parametrize(
    ("tail", "unit"),
    [
        (" cm", True),
        ("cm", True),
        (" red apples", True),
        ("%", True),
        (" m/s^2", True),
        ("x", False),
        (" x", False),
        (" AB", False),
        (" million", False),
        (" cos a", False),
        (" or more", False),
        (" pairs", False),
        ("K", False),
        (" K", True),
        (" very many kinds of apples", False),
    ],
)
def test_what_follows_a_number_is_a_unit_or_changes_it(tail, unit):
    assert is_unit(tail) is unit


def test_dress_is_taken_off_and_the_content_is_left():
    assert plain(r"$\textbf{(B)}\ \text{right.}$") == "(B) right"
    assert latex(r"$\displaystyle\left(\frac{1}{2}\right)\,\pi$.") == r"(\frac{1}{2}) \pi"
    assert unmarked("## **Answer:** 2**3 - `x`") == "Answer: 2**3 - x"


def test_a_colour_or_a_size_is_dress():
    assert plain(r"\large\textcolor{red}{5}") == plain(r"{\color{blue}5}") == "5"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("- 5", "begins with a dash that is a bullet or a minus sign"),
        ("x = 5\nCheck:\n5 + 3 = 8", "is a check of the answer"),
        ("1. We add.\n2.", "is a step that is cut off"),
        ("We know that\n2x + 3 = 15", "is an equation and no value"),
        ("x = 3\nx = -2", "states several answers: 3, -2"),
        ("5\nThe answer is 8.", "states several answers: 5, 8"),
        ("\\boxed{5}\nWait, the answer is 8.", "states several answers: 5, 8"),
    ],
)
def test_a_last_line_that_only_looks_like_an_answer_is_told_apart(reply, reason):
    found = extract(reply, "integer")
    assert (found.value, found.reason) == (None, reason)


def test_folding_keeps_what_is_said_and_nothing_that_cannot_be_stored():
    assert folded("（Ｂ）\u200b\u00a0− １") == "(B) - 1"
    assert folded("①②") == "①②"
    assert folded("x\ud800y").encode() == "x\ufffdy".encode()
    assert folded("a \r\n\r\n \t b") == "a\nb"


@pytest.mark.parametrize(
    ("text", "options", "letters"),
    [
        ("72^{\\circ}", ("$60^{\\circ}$", "$72^{\\circ}$"), ["B"]),
        ("0.5", ("1/3", "$\\frac{1}{2}$"), ["B"]),
        ("5 m", ("5 cm", "5 m"), ["B"]),
        ("5", ("5 cm", "5 m"), ["A", "B"]),
        ("5 kg", ("5 cm", "5 m"), []),
        ("AB = 3√2 cm", ("$2\\sqrt{3}$", "$3\\sqrt{2}$"), ["B"]),
        ("6\\pi m", ("6π cm", "6π m"), ["B"]),
        ("6\\pi", ("6π cm", "6π m"), ["A", "B"]),
        ("\\theta = 72 degrees", ("72°", "72 m"), ["A"]),
        ("the LEFT.", ("left", "right"), ["A"]),
        ("right", ("A. left", "B. right"), ["B"]),
        ("left or right", ("left", "right"), []),
        ("XAXa", ("XAXA", "XAXa"), ["B"]),
        ("xaxa", ("XAXA", "XAXa"), ["A", "B"]),
    ],
)
def test_options_are_found_by_their_text_or_by_their_number(text, options, letters):
    assert options_with(text, options) == letters


FORMS = ("\\boxed{{{}}}", "\\boxed{{{}. {}}}", "We look. The answer is {}. {}.", "({}) {}")


@pytest.mark.parametrize("name", ["math_vista", "math_vision", "mmvp", "mmstar", "scienceqa"])
def test_no_letter_of_a_real_question_is_read_as_another_one(name):
    read = 0
    rows = json.loads(released_file(name).read_text(encoding="utf-8"))[::5]
    for row in rows:
        options = asked(row["prompt"]).options
        gold = gold_of(row["solution"], row["prompt"], options)
        if gold is None or gold.kind != "choice":
            continue
        for form in FORMS:
            reply = form.format(gold.letter, gold.text)
            found = extract(reply, "choice", options)
            assert found.value in (gold.letter, None), (reply, options, found)
            read += found.value is not None
    assert read > len(rows)  # nearly all of four forms, where the questions have options
