import pytest

from dmlr.records import Gold
from dmlr.verify.boxed import judge, last_boxed

LEFT = Gold(kind="choice", text="left", letter="A")
OPTIONS = ("left", "right", "cross")
THREE = Gold(kind="integer", text="3")
YES = Gold(kind="yesno", text="Yes")


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
    found = judge(f"<think>Yes A 3</think>\\boxed{{{boxed}}}", gold, OPTIONS)
    assert found.verdict == verdict
    assert (found.reason is None) == (verdict in ("correct", "wrong"))


def test_a_reply_without_a_box_is_unparsed_and_never_wrong():
    found = judge("The answer is B.", LEFT, OPTIONS)
    assert (found.verdict, found.reason) == ("unparsed", "no \\boxed{} with an answer in the reply")
