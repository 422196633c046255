import pytest

from dmlr.records import Gold
from dmlr.verify.decision import Posed
from dmlr.verify.extraction.reading import Reading
from dmlr.verify.rules.extracted import judge, of_hundred

OPTIONS = ("left", "right", "cross")
LEFT = Gold(kind="choice", text="left", letter="A")
THREE = Gold(kind="integer", text="3")
HALF = Gold(kind="float", text="0.5", precision=1)
YES = Gold(kind="yesno", text="Yes")
PAIR = Gold(kind="list", text="[1, 2]")
ROOT = Gold(kind="expression", text="2\\sqrt{3}")


def decision(reply, gold, question="Which?"):
    options = OPTIONS if gold.kind == "choice" else ()
    return judge(reply, gold, Posed("shapes", question, options))


@pytest.mark.parametrize(
    ("reply", "gold", "verdict", "compared", "settled"),
    [
        ("\\boxed{A}", LEFT, "correct", "A", True),
        ("The answer is (A).", LEFT, "correct", "A", True),
        ("A cat is visible. The answer is B.", LEFT, "wrong", "B", True),
        ("\\boxed{3}", THREE, "correct", "3", True),
        ("\\boxed{3.0}", THREE, "correct", "3", True),
        ("\\boxed{4}", THREE, "wrong", "4", True),
        ("\\boxed{0.54}", HALF, "correct", "0.54", True),
        ("\\boxed{0.56}", HALF, "wrong", "0.56", True),
        ("\\boxed{\\text{Yes}}", YES, "correct", "Yes", True),
        ("\\boxed{No}", YES, "wrong", "No", True),
        ("\\boxed{[1, 2]}", PAIR, "correct", "[1, 2]", True),
        ("\\boxed{[2, 1]}", PAIR, "wrong", "[2, 1]", False),
        ("\\boxed{\\sqrt{12}}", ROOT, "correct", "\\sqrt{12}", True),
        ("\\boxed{\\sqrt{13}}", ROOT, "wrong", "\\sqrt{13}", False),
    ],
)
def test_what_was_read_is_compared_by_the_golds_kind(reply, gold, verdict, compared, settled):
    found = decision(reply, gold)
    assert (found.verdict, found.compared, found.settled) == (verdict, compared, settled)
    assert found.rule.startswith(f"extracted {gold.kind}, ")
    assert found.extracted
    assert found.reason is None


def test_the_rule_names_where_the_answer_stood():
    assert decision("\\boxed{A}", LEFT).rule == "extracted choice, boxed"


@pytest.mark.parametrize("gold", [LEFT, THREE, HALF, YES, PAIR, ROOT])
def test_an_empty_reply_is_unparsed_and_nothing_for_a_judge(gold):
    for reply in ("", " \n\t"):
        found = decision(reply, gold)
        assert (found.verdict, found.settled) == ("unparsed", True)
        assert found.reason


@pytest.mark.parametrize(
    ("reply", "gold"),
    [
        ("I cannot see the picture, sorry.", LEFT),
        ("\\boxed{A or B}", LEFT),
        ("\\boxed{Z}", LEFT),
        ("\\boxed{between 3 and 5}", THREE),
        ("\\boxed{maybe}", YES),
    ],
)
def test_what_cannot_be_read_is_open_to_a_judge(reply, gold):
    found = decision(reply, gold)
    assert (found.verdict, found.extracted, found.compared) == ("unparsed", None, None)
    assert found.settled is False
    assert found.reason


def test_what_cannot_be_computed_is_unparsed_and_open_to_a_judge():
    found = decision("\\boxed{\\sqrt{12}+\\frac}", ROOT)
    assert (found.verdict, found.settled) == ("unparsed", False)
    assert found.reason == "cannot be compared with the gold"
    assert found.compared


def test_every_letter_of_the_golds_text_is_right():
    twins = Gold(kind="choice", letter="A", text="left", aliases=("C",))
    assert [decision(f"\\boxed{{{letter}}}", twins).verdict for letter in "ABC"] == [
        "correct",
        "wrong",
        "correct",
    ]


@pytest.mark.parametrize(
    "reply", ["50%", "\\boxed{50\\%}", "\\boxed{\\frac{1}{2} = 50\\%}", "$50\\%$."]
)
def test_a_part_may_be_said_in_percent(reply):
    found = decision(reply, HALF)
    assert (found.verdict, found.compared, found.settled) == ("correct", "50", True)
    assert found.rule.startswith("extracted float in percent, ")


@pytest.mark.parametrize(
    ("reply", "gold", "question"),
    [
        ("50%", HALF, "How many percent is it?"),  # a gold of 0.5%
        ("50%", HALF, "What is its share in %?"),
        ("50", HALF, "Which?"),
        ("51%", HALF, "Which?"),  # exactly
        ("150%", Gold(kind="float", text="1.5"), "Which?"),  # more than a whole
        ("100%", Gold(kind="integer", text="1"), "Which?"),
    ],
)
def test_other_percentages_are_their_number(reply, gold, question):
    found = decision(reply, gold, question)
    assert (found.verdict, found.settled) == ("wrong", True)


@pytest.mark.parametrize(
    "unit", ["\\text{ cm}^2", "\\text{ m}^3", "\\,cm^2", "\\text{ units}^{2}", " cm²"]
)
def test_a_unit_with_an_exponent_does_not_count(unit):
    assert decision(f"\\boxed{{2\\sqrt{{3}} {unit}}}", ROOT).verdict == "correct"


def test_a_percentage_is_known_of_an_alias_too():
    gold = Gold(kind="float", text="0.4", aliases=("0.5",))
    assert decision("\\boxed{50\\%}", gold).verdict == "correct"


@pytest.mark.parametrize(
    ("raw", "found"),
    [("50%", True), ("50 percent.", True), ("50% of them", False), ("50", False), (None, False)],
)
def test_a_percentage_ends_with_its_sign(raw, found):
    assert of_hundred(HALF, Reading("50", raw), Posed("shapes", "Which?", ())) is found
