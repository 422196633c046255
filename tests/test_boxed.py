import pytest

from dmlr.boxes import boxes, last_boxed
from dmlr.records import Gold
from dmlr.verify.decision import Posed
from dmlr.verify.rules.boxed import judge

LEFT = Gold(kind="choice", text="left", letter="A")
OPTIONS = ("left", "right", "cross")
THREE = Gold(kind="integer", text="3")
YES = Gold(kind="yesno", text="Yes")


def posed(*options):
    return Posed("shapes", "Which?", options)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"first \boxed{1}, no, \boxed{ 2 }", "2"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"\boxed{\boxed{B}}", "B"),
        (r"\boxed{A} and then cut off \boxed{B", "A"),
        ("no box", None),
    ],
)
def test_last_balanced_box(text, found):
    assert last_boxed(text) == found


def test_all_boxes_in_order_the_inner_ones_with_the_outer():
    text = r"so \boxed{\frac{1}{2}} or \boxed{\boxed{3} cm}, never \boxed{4"
    assert boxes(text) == [r"\frac{1}{2}", r"\boxed{3} cm"]


@pytest.mark.parametrize(
    ("boxed", "gold", "verdict"),
    [
        ("A", LEFT, "correct"),
        ("(a)", LEFT, "correct"),
        ("A.", LEFT, "correct"),
        ("A. left", LEFT, "correct"),
        ("Left", LEFT, "correct"),
        ("B", LEFT, "wrong"),
        ("right", LEFT, "wrong"),
        ("A. right", LEFT, "unparsed"),  # letter and text contradict each other
        ("D", LEFT, "unparsed"),
        ("A cat is visible", LEFT, "unparsed"),
        ("3", THREE, "correct"),
        ("03", THREE, "correct"),
        ("$3$", THREE, "correct"),
        ("13", THREE, "wrong"),
        ("3,000", THREE, "wrong"),
        ("three", THREE, "unparsed"),
        ("--3", THREE, "unparsed"),
        ("9" * 5000, THREE, "unparsed"),
        ("yes.", YES, "correct"),
        ("No", YES, "wrong"),
        ("maybe", YES, "unparsed"),
        ("", YES, "unparsed"),
    ],
)
def test_verdict_of_a_boxed_answer(boxed, gold, verdict):
    found = judge(f"<think>Yes A 3</think>\\boxed{{{boxed}}}", gold, posed(*OPTIONS))
    assert found.verdict == verdict
    assert (found.reason is None) == (verdict in ("correct", "wrong"))


def test_a_reply_without_a_box_is_unparsed_and_never_wrong():
    found = judge("The answer is B.", LEFT, posed(*OPTIONS))
    assert (found.verdict, found.reason) == ("unparsed", "no \\boxed{} with an answer in the reply")


ONE_DECIMAL = Gold(kind="float", text="2.5", value=2.5, precision=1)
EXACT = Gold(kind="float", text="2.54", value=2.54)
LIST = Gold(kind="list", text="[2, 3.0]")
HALF = Gold(kind="expression", text="$\\frac{1}{2} \\pi$")


@pytest.mark.parametrize(
    ("boxed", "gold", "verdict"),
    [
        ("2.54", ONE_DECIMAL, "correct"),  # rounded to one decimal, as MathVista's evaluation does
        ("2.6", ONE_DECIMAL, "wrong"),
        ("2.54", EXACT, "correct"),
        ("2.5", EXACT, "wrong"),
        ("1,002.5", Gold(kind="float", text="1002.5", value=1002.5, precision=1), "correct"),
        ("2.5 m", ONE_DECIMAL, "unparsed"),
        ("2, 3", LIST, "correct"),
        ("[2.0,3]", LIST, "correct"),
        ("3, 2", LIST, "wrong"),
        ("1{,}000", Gold(kind="integer", text="1000"), "unparsed"),
        ("1\\,000.0", Gold(kind="integer", text="1000"), "correct"),
        ("3.5", Gold(kind="integer", text="3"), "unparsed"),
        ("\\text{Yes}.", Gold(kind="yesno", text="Yes"), "correct"),
        ("\\dfrac{1}{2}\\pi", HALF, "correct"),
        ("\\frac{1}{2}\\pi", HALF, "correct"),
        ("\\left(\\frac{1}{2}\\right)\\pi", HALF, "wrong"),  # nothing is computed
        ("\\text{no}", Gold(kind="expression", text="no"), "correct"),
    ],
)
def test_numbers_lists_and_expressions(boxed, gold, verdict):
    assert judge(f"so \\boxed{{{boxed}}}", gold, posed()).verdict == verdict


def test_every_letter_of_the_golds_text_is_right():
    twins = Gold(kind="choice", letter="A", text="left", aliases=("C",))
    verdicts = [
        judge(f"\\boxed{{{letter}}}", twins, posed("left", "right", "left")).verdict
        for letter in "ABC"
    ]
    assert verdicts == ["correct", "wrong", "correct"]


@pytest.mark.parametrize(
    "boxed", ["\\text{B}", "$B$", "(b)", "B: 72", "B. $72^{\\circ}$", "72^{\\circ}", "\\text{(B)}"]
)
def test_a_choice_however_latex_sets_it(boxed):
    options = ("$60^{\\circ}$", "$72^{\\circ}$", "72 m")
    gold = Gold(kind="choice", letter="B", text="$72^{\\circ}$")
    expected = "unparsed" if boxed == "B: 72" else "correct"  # the text of no option
    assert judge(f"\\boxed{{{boxed}}}", gold, posed(*options)).verdict == expected


@pytest.mark.parametrize(
    ("kind", "text", "one", "other"),
    [
        ("integer", "54", "54", "54.0"),
        ("float", "0.5", "0.5", "0.50"),
        ("list", "[1, 2]", "[1, 2]", "1,2"),
        ("expression", r"\frac{1}{2}", r"\frac{1}{2}", r"$\dfrac{1}{2}$"),
        ("yesno", "Yes", "yes", "Yes."),
        ("choice", "left", "A", "A. left"),
    ],
)
def test_two_ways_to_write_an_answer_are_one_answer(kind, text, one, other):
    letter = "A" if kind == "choice" else None
    gold = Gold(kind=kind, text=text, letter=letter)
    found = [judge(f"\\boxed{{{boxed}}}", gold, posed("left", "right")) for boxed in (one, other)]
    assert found[0].compared is not None
    assert found[0].compared == found[1].compared
    assert [decision.verdict for decision in found] == ["correct", "correct"]


def test_what_cannot_be_read_is_not_compared():
    for reply in ("no box", "\\boxed{maybe}"):
        found = judge(reply, Gold(kind="yesno", text="Yes"), posed())
        assert (found.verdict, found.compared) == ("unparsed", None)
