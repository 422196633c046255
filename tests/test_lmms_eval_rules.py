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
    lmms,
    outcome,
)


@pytest.mark.parametrize(
    ("reply", "letter", "expected"),
    [
        ("8/11", "B", RIGHT),
        (" 8/11\n", "B", RIGHT),
        ("3/5", "B", WRONG),
        (
            "",
            "D",
            RIGHT,
        ),  # an empty reply is the shortest option: 3/5 has three signs, the others four
        ("", "B", WRONG),
        ("B", "B", MODEL),  # not an option's text, so its model reads it
        ("The answer is 8/11.", "B", MODEL),
    ],
)
def test_lmms_mathvista_choice(reply, letter, expected):
    found = lmms("mathvista", reply, choice(letter, "mathvista"))
    assert outcome(found) == (expected if reply else (expected[0], True))
    if expected is MODEL:
        assert found.reason == "here lmms-eval asks a language model"


@pytest.mark.parametrize(
    ("reply", "options", "taken"),
    [
        ("", ("yes", "no", "ok"), "no"),  # the first of the shortest
        ("B", ("B", "A"), "A"),  # an option that is a letter is read as the letter
        ("f(b)", ("f(a)", "f(b)"), "f(b)"),  # (b) is the letter B
        ("f(x)", ("Xi", "f(x)", "long one"), "Xi"),  # X is one change from Xi, four from f(x)
    ],
)
def test_lmms_mathvista_takes_the_nearest_option(reply, options, taken):
    gold = Gold(kind="choice", letter="A", text=options[0])
    found = lmms("mathvista", reply, gold, options=options)
    assert found.compared == taken
    assert found.verdict == ("correct" if taken == options[0] else "wrong")


@pytest.mark.parametrize(
    ("reply", "gold", "expected"),
    [
        ("5", integer("5"), RIGHT),
        (" 05 ", integer("5"), RIGHT),
        ("15", integer("5"), WRONG),
        ("5.0", integer("5"), MODEL),
        ("\\boxed{5}", integer("5"), MODEL),
        ("9" * 5000, integer("5"), MODEL),  # longer than Python reads
        ("", integer("5"), WRONG),
        ("1.24", Gold(kind="float", text="1.2", precision=1), RIGHT),  # rounded to one decimal
        ("1.26", Gold(kind="float", text="1.2", precision=1), WRONG),
        ("1", Gold(kind="float", text="1.0", precision=1), RIGHT),
        ("1.24", Gold(kind="float", text="1.2"), WRONG),
        ("nan", Gold(kind="float", text="1.2", precision=1), WRONG),
        ("1.2 cm", Gold(kind="float", text="1.2", precision=1), MODEL),
        ("", Gold(kind="float", text="1.2", precision=1), WRONG),
        ("[1, 2]", Gold(kind="list", text="[1, 2]"), MODEL),
        ("", Gold(kind="list", text="[1, 2]"), WRONG),
    ],
)
def test_lmms_mathvista_numbers_and_lists(reply, gold, expected):
    assert outcome(lmms("mathvista", reply, gold)) == expected


@pytest.mark.parametrize(
    ("reply", "letter", "expected"),
    [
        ("It points up. C.", "C", RIGHT),  # a letter at the end
        ("It points up, so (C).", "C", RIGHT),
        ("C\nbecause", "C", RIGHT),  # a first line of its own
        ("so \\boxed{c}", "C", RIGHT),
        ("so \\boxed{(C)}", "C", RIGHT),
        ("\\boxed{North}", "C", RIGHT),  # an option's text, case aside
        ("\\boxed{4\\mathrm{~cm}}", "D", RIGHT),
        ("\\boxed{0.5}", "B", RIGHT),  # the number of its option
        ("The correct answer is: north. Really.", "C", RIGHT),
        ("The final answer is\n60", "A", RIGHT),
        ("\\boxed{A}", "C", WRONG),
        ("\\boxed{12}", "A", WRONG),
        ("\\boxed{\\text{C}}", "C", OPEN),  # \text{} is not taken off
        ("\\boxed{A}, no: \\boxed{C}", "C", OPEN),  # reads from the first box to the last brace
        ("It is C, clearly", "C", OPEN),
        ("", "C", WRONG),
    ],
)
def test_lmms_mathvision_choice(reply, letter, expected):
    assert outcome(lmms("mathvision", reply, choice(letter, "mathvision"))) == expected


@pytest.mark.parametrize(
    ("reply", "gold", "expected"),
    [
        ("\\boxed{7}", integer("7"), RIGHT),
        ("\\boxed{7.001}", integer("7"), RIGHT),  # two decimals
        ("\\boxed{7.01}", integer("7"), WRONG),
        ("the number of boys is 7.", integer("7"), RIGHT),
        ("\\boxed{7 cm}", integer("7"), RIGHT),
        ("\\boxed{90^\\circ}", integer("90"), RIGHT),
        ("\\boxed{14/2}", integer("7"), RIGHT),
        ("\\boxed{3}, wait, \\boxed{7}", integer("7"), OPEN),
        ("seven", integer("7"), OPEN),
        ("\\boxed{4 + \\sqrt{2}}", formula("4+\\sqrt{2}"), RIGHT),
        ("\\boxed{\\sqrt{12}}", formula("2\\sqrt{3}"), MODEL),  # only a computation could tell
        ("", formula("2\\sqrt{3}"), WRONG),
    ],
)
def test_lmms_mathvision_free_form(reply, gold, expected):
    assert outcome(lmms("mathvision", reply, gold)) == expected


def test_lmms_says_what_it_does_not_compute():
    found = lmms("mathvision", "\\boxed{\\sqrt{12}}", formula("2\\sqrt{3}"))
    assert found.reason == "here lmms-eval computes with latex2sympy, which is not reproduced"
    assert (found.extracted, found.compared) == (None, None)


@pytest.mark.parametrize(
    ("reply", "taken"),
    [
        ("B", "B"),
        ("(b) Closed", "B"),
        ("In front there is a cat. Final answer: B", "A"),  # the article
        ("The banana is yellow. B", "A"),  # even the end of a word
        ("\\boxed{B}", None),
        ("**B**", None),
        ("B.", None),
        ("Closed", None),
        ("", None),
    ],
)
def test_lmms_mmvp_letter(reply, taken):
    found = lmms("mmvp", reply, choice("B", "mmvp"))
    assert found.compared == taken
    assert outcome(found) == (
        "correct" if taken == "B" else "wrong",
        taken is not None or not reply,
    )


@pytest.mark.parametrize(
    ("reply", "taken"),
    [
        ("D", "D"),
        ("A cat is visible. The correct answer is D", "A"),  # the article again
        ("It is (D), as A is not", "D"),  # parentheses before a letter that stands alone
        ("The correct answer is D", "D"),
        ("**D**", "D"),
        ("Dogs", None),
        ("E", None),  # no such option
        ("", None),
    ],
)
def test_lmms_mmstar_letter(reply, taken):
    found = lmms("mmstar", reply, choice("D", "mmstar"))
    assert found.compared == taken
    assert found.verdict == ("correct" if taken == "D" else "wrong")
    assert found.settled == (taken is not None or not reply)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("B", RIGHT),
        ("B. Kansas", RIGHT),
        ("A. Kansas", WRONG),
        ("A", WRONG),
        ("b", OPEN),
        ("The answer is B.", OPEN),
        ("B) Kansas", OPEN),
        ("\\boxed{B}", OPEN),
        ("", WRONG),
    ],
)
def test_lmms_scienceqa_letter(reply, expected):
    assert outcome(lmms("scienceqa", reply, choice("B", "scienceqa"))) == expected


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("Yes.", "Yes"),
        ("No, it does not say yes", "Yes"),  # yes anywhere
        ("The eyes are open", "Yes"),  # even in a word
        ("I cannot tell", "No"),
        ("", "No"),
    ],
)
def test_lmms_hallusionbench_has_a_fallback_that_it_never_uses(reply, said):
    for gold in ("Yes", "No"):
        found = lmms("hallusionbench", reply, Gold(kind="yesno", text=gold))
        assert found.verdict == ("correct" if said == gold else "wrong")
        assert found.settled == (reply == "")  # it would ask a model
        assert "unused" in found.rule
