import pytest

from dmlr.records import Gold
from tests.frameworks import (
    MODEL,
    OPEN,
    RIGHT,
    WRONG,
    choice,
    formula,
    integer,
    kit,
    outcome,
)


@pytest.mark.parametrize("family", ["mathvista", "mathvision", "mmvp", "mmstar", "scienceqa"])
def test_kit_infers_the_option(family):
    gold = choice("B", family)
    assert outcome(kit(family, "The answer is B.", gold)) == RIGHT
    assert outcome(kit(family, "**(A)**", gold)) == WRONG
    assert outcome(kit(family, "I cannot tell.", gold)) == MODEL
    assert kit(family, "?", gold).reason == "here vlmevalkit asks a language model"


@pytest.mark.parametrize(
    ("reply", "taken"),
    [
        ("\\boxed{B}", "B"),
        ("**B**", "B"),
        ("A boat on the water", "A"),  # the article is a letter that stands alone
        ("B, B and B again", "B"),
        ("A boat, so B", None),  # two letters
        ("A boat, so B: the Sea", "B"),  # then the only text
        ("Trees", "C"),
        ("the sea", "B"),
        ("Seafood", "B"),  # inside a word
        ("Skyline", None),  # Sky is in it too
        ("b", None),
        ("E", None),
        ("", None),
    ],
)
def test_kit_option_letter_before_option_text(reply, taken):
    found = kit("mmstar", reply, choice("B", "mmstar"))
    assert found.compared == taken
    assert found.verdict == (
        "unparsed" if taken is None else "correct" if taken == "B" else "wrong"
    )
    assert found.settled == (taken is not None or not reply)


def test_kit_an_empty_option_is_in_no_reply():
    gold = Gold(kind="choice", letter="A", text="left")
    assert outcome(kit("mmstar", "left", gold, options=("left", "", " "))) == RIGHT


@pytest.mark.parametrize(
    ("family", "reply", "gold", "expected"),
    [
        ("mathvista", "5", integer("5"), RIGHT),
        ("mathvista", "6", integer("5"), WRONG),
        ("mathvista", "5.0", integer("5"), MODEL),
        ("mathvista", "five", integer("5"), MODEL),
        ("mathvista", "1.20", Gold(kind="float", text="1.2", precision=1), RIGHT),
        ("mathvista", "1.24", Gold(kind="float", text="1.2", precision=1), WRONG),  # not rounded
        ("mathvista", "1.2 m", Gold(kind="float", text="1.2", precision=1), MODEL),
        ("mathvista", "[1, 2]", Gold(kind="list", text="[1, 2]"), WRONG),  # no list is ever right
        ("mathvision", "7.0", integer("7"), RIGHT),
        ("mathvision", "7.0000001", integer("7"), RIGHT),
        ("mathvision", "7.00001", integer("7"), WRONG),
        ("mathvision", "\\frac{1}{2}", formula("0.5"), RIGHT),
        ("mathvision", "2\\sqrt{3}", formula("2\\sqrt{3}"), RIGHT),
        ("mathvision", "\\sqrt{12}", formula("2\\sqrt{3}"), MODEL),
        ("mathvision", "It is 7.", integer("7"), MODEL),
        ("mathvision", "", integer("7"), ("unparsed", True)),
        ("hallusionbench", "Yes, it is.", Gold(kind="yesno", text="Yes"), RIGHT),
        ("hallusionbench", "\\boxed{No}", Gold(kind="yesno", text="Yes"), WRONG),
        ("hallusionbench", "Yes and no", Gold(kind="yesno", text="Yes"), MODEL),
        ("hallusionbench", "Her eyes are open", Gold(kind="yesno", text="Yes"), MODEL),
        ("hallusionbench", "", Gold(kind="yesno", text="Yes"), ("unparsed", True)),
    ],
)
def test_kit_numbers_lists_and_words(family, reply, gold, expected):
    assert outcome(kit(family, reply, gold)) == expected


def test_kit_says_which_fault_makes_every_list_wrong():
    found = kit("mathvista", "[1, 2]", Gold(kind="list", text="[1, 2]"))
    assert found.reason == "no list is ever right here (VLMEvalKit issue 1679)"


@pytest.mark.parametrize(
    ("reply", "gold", "expected"),
    [
        ("\\boxed{3}", "3", RIGHT),
        ("\\boxed{3.01}", "3", RIGHT),  # within 0.01
        ("\\boxed{3.02}", "3", WRONG),
        ("\\boxed{300}", "3", RIGHT),  # the hundredfold
        ("\\boxed{0.03}", "3", RIGHT),  # the hundredth
        ("\\boxed{0}", "1", RIGHT),  # within 0.01 of the hundredth
        ("\\boxed{30}", "3", WRONG),
        ("\\boxed{x = 3\\text{ cm}}", "3", RIGHT),
        ("\\boxed{答案为3}", "3", RIGHT),
        ("\\boxed{60^{\\circ}}", "60", RIGHT),
        ("\\boxed{1}, then \\boxed{3}", "3", WRONG),  # a step in a box is an answer too much
        ("\\boxed{1,000}", "1000", WRONG),  # cut at the comma
        ("first\nso it is $x=3$.", "3", RIGHT),  # no box: dollars in the last line
        ("$3$\nis it", "3", OPEN),
        ("3", "3", OPEN),
        ("", "3", WRONG),
        ("\\boxed{\\sqrt{9}}", "3", MODEL),
    ],
)
def test_kit_mm_math(reply, gold, expected):
    assert outcome(kit("mm-math", reply, integer(gold))) == expected


@pytest.mark.parametrize(
    ("reply", "gold", "expected"),
    [
        ("\\boxed{2}, \\boxed{1}", "1, 2", RIGHT),  # in any order
        ("\\boxed{2, 1}", "1, 2", RIGHT),
        ("$1$ and $2$", "1, 2", RIGHT),
        ("\\boxed{1, 1}", "1, 2", OPEN),  # each answer counts once
        ("\\boxed{1}", "1, 2", OPEN),
        ("\\boxed{\\pm 3}", "3, -3", RIGHT),
        ("\\boxed{(1, 2)}", "(1,2)", RIGHT),  # a point is one answer
        ("\\boxed{1, \\sqrt{12}}", "1, 2\\sqrt{3}", MODEL),
        ("\\boxed{7, \\sqrt{12}}", "1, 2\\sqrt{3}", MODEL),
    ],
)
def test_kit_mm_math_several_answers(reply, gold, expected):
    found = kit("mm-math", reply, Gold(kind="list", text=gold))
    assert outcome(found) == expected
    if expected is MODEL:
        assert found.reason == "here vlmevalkit computes with sympy, which is not reproduced"
