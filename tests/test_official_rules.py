import time

import pytest

from dmlr.records import Gold
from dmlr.verify.decision import Posed
from dmlr.verify.rules.official import judge

FOUR = ("red", "green", "blue", "white")
CHOICES = ("3/11", "8/11", "6/11", "3/11")


def decision(benchmark, reply, gold, options=()):
    return judge(reply, gold, Posed(benchmark, "What?", options))


def choice(letter, text="", **fields):
    return Gold(kind="choice", letter=letter, text=text, **fields)


@pytest.mark.parametrize(
    ("reply", "verdict", "compared"),
    [
        ("\\boxed{A}", "correct", "3/11"),
        ("\\boxed{D}", "correct", "3/11"),  # another option of the same text
        ("\\boxed{B}", "wrong", "8/11"),
        ("The answer is (C) 6/11.", "wrong", "6/11"),
        ("\\boxed{8/11}", "wrong", "8/11"),
        ("\\boxed{8/12}", "unparsed", None),  # the official script takes the nearest, 8/11
        ("I see no picture.", "unparsed", None),
    ],
)
def test_mathvista_compares_the_text_of_the_option(reply, verdict, compared):
    found = decision("mathvista", reply, choice("A", "3/11"), CHOICES)
    assert (found.verdict, found.compared) == (verdict, compared)
    assert found.settled is (verdict != "unparsed")
    assert found.rule.startswith("official mathvista choice")


def test_mathvista_takes_an_alias_of_another_text():
    gold = choice("A", "3/11", aliases=("C",))
    assert decision("mathvista", "\\boxed{C}", gold, CHOICES).verdict == "correct"


@pytest.mark.parametrize(
    ("reply", "verdict", "compared"),
    [
        ("\\boxed{5}", "correct", "5"),
        ("\\boxed{5.0}", "correct", "5"),
        ("\\boxed{5.9}", "correct", "5"),  # decimals are cut off
        ("\\boxed{-5}", "wrong", "-5"),
        ("\\boxed{6}", "wrong", "6"),
        ("\\boxed{5 years}", "correct", "5"),
        ("\\boxed{11/2}", "correct", "5"),  # 5.5
        ("\\boxed{16/3}", "wrong", "16/3"),  # float() knows no fractions
        ("\\boxed{five or six}", "unparsed", None),
    ],
)
def test_mathvista_cuts_integers_off(reply, verdict, compared):
    found = decision("mathvista", reply, Gold(kind="integer", text="5", value=5.0))
    assert (found.verdict, found.compared) == (verdict, compared)


def test_mathvista_reads_thousands_because_our_extraction_has_taken_the_comma_out():
    gold = Gold(kind="integer", text="1000")
    assert decision("mathvista", "\\boxed{1,000}", gold).verdict == "correct"


def test_mathvista_says_why_a_fraction_is_wrong():
    found = decision("mathvista", "\\boxed{16/3}", Gold(kind="integer", text="5"))
    assert found.reason == (
        "must be a plain number; the official script finds none and counts it wrong"
    )


@pytest.mark.parametrize(
    ("text", "precision", "reply", "verdict", "compared"),
    [
        ("2.5", 1, "\\boxed{2.54}", "correct", "2.5"),
        ("2.5", 1, "\\boxed{2.56}", "wrong", "2.6"),
        ("2.54", 2, "\\boxed{2.5454}", "wrong", "2.55"),  # pid 479
        ("0.5", 1, "\\boxed{0.50}", "correct", "0.5"),
        ("0.50", 2, "\\boxed{0.50}", "wrong", "0.5"),  # the gold is not rounded
        ("2.0", 1, "\\boxed{2}", "correct", "2.0"),
        ("0.5", 1, "\\boxed{1/2}", "correct", "0.5"),
        ("0.3", 1, "\\boxed{1/3}", "wrong", "1/3"),
        ("0.5", None, "\\boxed{0.50}", "correct", "0.5"),  # no row of MathVista: exactly
    ],
)
def test_mathvista_rounds_the_answer_but_not_the_gold(text, precision, reply, verdict, compared):
    found = decision("mathvista", reply, Gold(kind="float", text=text, precision=precision))
    assert (found.verdict, found.compared) == (verdict, compared)


@pytest.mark.parametrize(
    ("text", "reply", "verdict"),
    [
        ("[0, 8]", "\\boxed{[0, 8]}", "correct"),
        ("[0, 8]", "\\boxed{[0,8]}", "correct"),  # our extraction writes lists in one way
        ("[0, 8]", "\\boxed{[8, 0]}", "wrong"),
        ("[0,8]", "\\boxed{[0, 8]}", "wrong"),  # the gold's blanks count
    ],
)
def test_mathvista_compares_lists_as_text(text, reply, verdict):
    found = decision("mathvista", reply, Gold(kind="list", text=text))
    assert found.verdict == verdict
    assert found.settled is (verdict == "correct")


FIVE = ("$60^{\\circ}$", "$72^{\\circ}$", "$73^{\\circ}$", "12.5", "72.001")


@pytest.mark.parametrize(
    ("reply", "verdict", "rule"),
    [
        ("\\boxed{B}", "correct", "letter"),
        ("\\boxed{C}", "wrong", "letter"),
        ("\\boxed{E}", "correct", "letter"),  # its value is the gold's to two decimals
        ("\\boxed{72^{\\circ}}", "correct", "letter"),
        ("\\boxed{71.999}", "correct", "option value"),
        ("\\boxed{80}", "wrong", "option value"),
        ("\\boxed{A or B}", "unparsed", "letter"),
        ("\\boxed{no option}", "unparsed", "letter"),
    ],
)
def test_mathvision_takes_the_letter_or_the_value_of_its_option(reply, verdict, rule):
    found = decision("mathvision", reply, choice("B", "$72^{\\circ}$"), FIVE)
    assert found.verdict == verdict
    assert found.rule.startswith(f"official mathvision {rule}")


FIVES = ("5", "10", "15", "20", "30")


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("Let x be the number of coins.\n\n2x + 3 = 15", "unparsed"),
        ("The side is 3.\n\n$$x^2 - 10 = 15", "unparsed"),
        ("\\boxed{2x+3=15}", "unparsed"),
        ("\\boxed{x = 15}", "correct"),
        ("\\boxed{S_{ABCD} = 3\\cdot 5 = 15.001}", "correct"),
        ("\\boxed{3\\cdot 5 = 15.001}", "correct"),
        ("\\boxed{x = 16}", "wrong"),
        ("\\boxed{x = 3, y = 15.001}", "unparsed"),
    ],
)
def test_mathvision_takes_the_value_of_a_name_and_not_of_a_step(reply, verdict):
    assert decision("mathvision", reply, choice("C", "15"), FIVES).verdict == verdict


@pytest.mark.parametrize(
    ("kind", "text", "reply", "verdict"),
    [
        ("integer", "60", "\\boxed{60}", "correct"),
        ("integer", "60", "\\boxed{60.004}", "correct"),  # two decimals count
        ("integer", "60", "\\boxed{60.006}", "wrong"),
        ("integer", "2", "\\boxed{4/2}", "correct"),
        ("float", "0.33", "\\boxed{1/3}", "correct"),
        ("expression", "\\frac{36}{13}", "\\boxed{2.77}", "correct"),
        ("expression", "\\frac{36}{13}", "\\boxed{2.76}", "wrong"),
        ("expression", "\\sqrt{2}", "\\boxed{1.414}", "correct"),
        ("expression", "45^2", "\\boxed{2025}", "correct"),
        ("expression", "3:4", "\\boxed{3:4}", "correct"),
        ("expression", "(1.5, 2)", "\\boxed{(\\frac{3}{2}, 2)}", "correct"),
        ("expression", "(1, 2)", "\\boxed{(2, 1)}", "wrong"),
        ("expression", "(1, 2)", "\\boxed{[1, 2]}", "wrong"),
        ("expression", "x+1", "\\boxed{1+x}", "wrong"),  # no number, and not the same text
        ("expression", "B", "\\boxed{b}", "correct"),  # ids 59 and 434
        ("expression", "C", "(C)", "correct"),
        ("expression", "C", "\\boxed{(C)}", "correct"),
        ("expression", "C", "\\boxed{\\text{Option C}}", "correct"),
        ("expression", "C", "\\boxed{(D)}", "wrong"),
        ("expression", "\\frac{3}{4}", "\\boxed{75\\%}", "correct"),
        ("expression", "\\frac{3}{4}", "\\boxed{75.1\\%}", "wrong"),
        ("integer", "75", "\\boxed{75\\%}", "correct"),
        ("float", "0.5", "\\boxed{50\\%}", "correct"),
        ("expression", "4+\\sqrt{2}", "\\boxed{4+\\sqrt{2} \\text{ cm}^2}", "correct"),
        ("expression", "4+\\sqrt{2}", "\\boxed{4+\\sqrt{2}\\,m^3}", "correct"),
        ("expression", "8\\sqrt{3}{squareinches}", "\\boxed{8\\sqrt{3}}", "correct"),
        ("expression", "27000-4500\\pi", "\\boxed{27,000 - 4,500\\pi}", "correct"),
        ("expression", "2\\pi", "\\boxed{A = 2\\pi \\text{ cm}^2}", "correct"),
        ("expression", "2\\pi", "\\boxed{2x = 2\\pi}", "wrong"),
    ],
)
def test_mathvision_rounds_free_answers_to_two_decimals(kind, text, reply, verdict):
    found = decision("mathvision", reply, Gold(kind=kind, text=text))
    assert found.verdict == verdict
    assert found.settled is (verdict == "correct" or kind in ("integer", "float"))


@pytest.mark.parametrize(
    ("text", "reply", "verdict"),
    [
        ("6", "\\boxed{6}", "correct"),
        ("6", "\\boxed{6\\text{ cm}}", "correct"),
        ("6", "\\boxed{6\\mathrm{~cm}^2}", "correct"),
        ("6", "\\boxed{6 m}", "correct"),
        ("40", "\\boxed{40^{\\circ}}", "correct"),
        ("6", "\\boxed{6.01}", "correct"),  # within 0.01
        ("6", "\\boxed{6.02}", "wrong"),
        ("3", "\\boxed{300}", "correct"),  # a percentage
        ("300", "\\boxed{3}", "correct"),
        ("3", "\\boxed{30}", "wrong"),
        ("2\\sqrt{3}", "\\boxed{\\sqrt{12}}", "correct"),
        ("2\\sqrt{3}", "\\boxed{3.46}", "correct"),
        ("2\\sqrt{3}", "\\boxed{3.44}", "wrong"),
        ("x=5", "\\boxed{5}", "correct"),  # right of the equals sign
        ("5", "\\boxed{x = 5}", "correct"),
        ("x+y=3", "\\boxed{2x+2y=6}", "correct"),  # proportional
        ("x+y=3", "\\boxed{2x+2y=7}", "wrong"),
        ("1<x<3", "\\boxed{1<x<3}", "correct"),
        ("[1,2)", "\\boxed{[1, 2)}", "correct"),
        ("[1,2)", "\\boxed{[1, 2]}", "wrong"),
        ("6, 8", "\\boxed{6} and \\boxed{8}", "correct"),
        ("6, 8", "\\boxed{8, 6}", "correct"),  # in any order
        ("6, 8", "\\boxed{8，6}", "correct"),
        ("6, 6", "\\boxed{6}", "wrong"),
        ("6, 8", "\\boxed{6, 7}", "wrong"),
        ("6", "\\boxed{2\\cdot 3=6}, so \\boxed{7} and \\boxed{6}", "wrong"),  # one too many
        ("5, 1", "\\boxed{3 \\pm 2}", "correct"),
        ("3\\pm 2", "\\boxed{1, 5}", "correct"),
        ("6", "\\boxed{6厘米}", "correct"),
        ("等腰三角形", "\\boxed{等腰三角形}", "correct"),
        ("nuclear", "\\boxed{unclear}", "wrong"),
        ("a+b", "\\boxed{A+B}", "unparsed"),
        ("等腰三角形, 6", "\\boxed{6, 等腰三角形}", "correct"),  # neither can be computed
        ("1000", "\\boxed{1,000}", "wrong"),  # two answers: 1 and 000
        ("6", "\\boxed{\\frac}", "unparsed"),
        ("6", "The answer is 6.", "unparsed"),
        ("6", "\\boxed{}", "unparsed"),
        ("6", "\\boxed{6", "unparsed"),
    ],
)
def test_mm_math_pairs_all_boxes_with_all_answers(text, reply, verdict):
    kind = "list" if "," in text else "expression"
    found = decision("mm-math", reply, Gold(kind=kind, text=text))
    assert found.verdict == verdict
    assert found.settled is (verdict == "correct")
    assert (found.reason is None) == (verdict != "unparsed")


def test_mm_math_settles_what_is_wrong_for_a_plain_number():
    found = decision("mm-math", "\\boxed{7}", Gold(kind="integer", text="6"))
    assert (found.verdict, found.settled) == ("wrong", True)


@pytest.mark.parametrize(
    ("benchmark", "kind"),
    [("mathvista", "integer"), ("mathvision", "expression"), ("mm-math", "list"), ("mmstar", "choice"),
     ("scienceqa", "choice")],
)  # fmt: skip
@pytest.mark.parametrize(
    "bait",
    ["\\boxed{1}", "\\boxed{", "(1,", "1,", "\\text{", "The answer is A.", "A", "m", "一", "\\pm"],
)
def test_a_hundred_thousand_hostile_characters_are_read_at_once(benchmark, kind, bait):
    gold = choice("A", "red") if kind == "choice" else Gold(kind=kind, text="5")
    flood = bait * (100_000 // len(bait))
    start = time.monotonic()
    verdicts = [
        decision(benchmark, reply, gold, FOUR if kind == "choice" else ()).verdict
        for reply in (flood, f"\\boxed{{{flood}}}")
    ]
    assert set(verdicts) <= {"correct", "wrong", "unparsed"}
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("benchmark", ["mathvision", "mm-math"])
@pytest.mark.parametrize(
    "bait", ["(" * 1_990, "9^{9^{9}}", "2^{1000000000}", ", ".join(["9^{(9^9)} + x"] * 3)]
)
def test_mathematics_without_end_takes_seconds(benchmark, bait):
    start = time.monotonic()
    found = decision(benchmark, f"\\boxed{{{bait}}}", Gold(kind="list", text="1, 2\\pi, 3\\pi"))
    assert found.verdict in ("wrong", "unparsed")
    assert time.monotonic() - start < 20  # two questions of two seconds of computing


@pytest.mark.parametrize(
    ("reply", "verdict", "settled"),
    [
        ("Yes, it does.", "correct", True),
        ("\\boxed{No}", "wrong", True),
        ("yes and no", "unparsed", False),
        ("", "unparsed", True),
    ],
)
def test_hallusionbench_is_yes_or_no(reply, verdict, settled):
    gold = Gold(kind="yesno", text="Yes", details="The first is larger.")
    found = decision("hallusionbench", reply, gold)
    assert (found.verdict, found.settled) == (verdict, settled)
    assert found.rule.startswith("official hallusionbench yes/no")


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("(a)", "correct"),
        ("\\boxed{B}", "wrong"),
        ("There is a cat. Final answer: B", "wrong"),  # the article is no letter
        ("Open", "correct"),
        ("There is a cat.", "unparsed"),
    ],
)
def test_mmvp_is_judged_by_its_letter(reply, verdict):
    found = decision("mmvp", reply, choice("A", "Open"), ("Open", "Closed"))
    assert found.verdict == verdict
    assert found.rule.startswith("official mmvp letter")


@pytest.mark.parametrize(
    ("reply", "verdict", "extracted"),
    [
        ("A", "correct", "A"),
        (" a. red", "correct", "A"),
        ("(A) red", "correct", "A"),
        ("Option A", "correct", "A"),
        ("The answer is A", "correct", "A"),
        ("the answer is\nA", "correct", "A"),
        ("B", "wrong", "B"),
        ("(c)", "wrong", "C"),
        ("option d", "wrong", "D"),
        ("A cat is visible. The answer is D.", "correct", "A"),  # only the beginning counts
        ("Based on the picture, it is A.", "wrong", "B"),
        ("The answer is apparently blue", "correct", "A"),
        ("The answer is (A)", "unparsed", None),
        ("So the answer is A", "unparsed", None),
        ("\\boxed{A}", "unparsed", None),
        ("**A**", "unparsed", None),
        ("E", "unparsed", None),
        ("", "unparsed", None),
    ],
)
def test_mmstar_looks_at_the_beginning_alone(reply, verdict, extracted):
    found = decision("mmstar", reply, choice("A", "red"), FOUR)
    assert (found.verdict, found.extracted, found.compared) == (verdict, extracted, extracted)
    assert found.settled is (verdict != "unparsed" or not reply)
    assert found.rule == "official mmstar beginning"


@pytest.mark.parametrize(
    ("reply", "verdict", "extracted"),
    [
        ("The answer is A.", "correct", "A"),
        ("The answer is B. BECAUSE: it is green.", "wrong", "B"),
        ("So far north. The answer is A.", "correct", "A"),
        ("The answer is A, as the map shows", "correct", "A"),  # any character behind it
        ("The answer is Africa.", "correct", "A"),  # the f is one
        ("The answer is A", "unparsed", None),  # none is not
        ("The answer is A. The answer is B.", "unparsed", None),
        ("the answer is A.", "unparsed", None),
        ("The answer is E.", "unparsed", None),
        ("A", "correct", "A"),
        ("B. green", "wrong", "B"),
        ("A cat is visible.", "unparsed", None),
        ("a", "unparsed", None),
        ("\\boxed{A}", "unparsed", None),
        ("", "unparsed", None),
    ],
)
def test_scienceqa_reads_one_sentence_or_a_bare_letter(reply, verdict, extracted):
    found = decision("scienceqa", reply, choice("A", "red"), FOUR)
    assert (found.verdict, found.extracted) == (verdict, extracted)
    assert found.settled is (verdict != "unparsed" or not reply)
    assert (found.reason is None) == (verdict != "unparsed")


def test_scienceqa_says_what_it_looks_for():
    found = decision("scienceqa", "It is A.", choice("A", "red"), FOUR)
    assert found.reason == 'must say "The answer is X." once, got 0 times'
    found = decision("scienceqa", "The answer is E.", choice("A", "red"), FOUR)
    assert found.reason == "must be a letter of the options, got E"


def test_mm_math_takes_an_alias():
    gold = Gold(kind="list", text="6, 8", aliases=("6, 9",))
    assert decision("mm-math", "\\boxed{9, 6}", gold).verdict == "correct"


@pytest.mark.parametrize("benchmark", ["mmstar", "scienceqa"])
def test_an_alias_is_right_too(benchmark):
    gold = choice("A", "red", aliases=("C",))
    assert decision(benchmark, "C. blue", gold, FOUR).verdict == "correct"


@pytest.mark.parametrize(
    ("benchmark", "gold"),
    [("shapes", Gold(kind="integer", text="5")), ("mmvp", Gold(kind="integer", text="5"))],
)
def test_what_a_benchmark_has_no_rule_for_is_judged_as_extracted(benchmark, gold):
    found = decision(benchmark, "\\boxed{5}", gold)
    assert found.verdict == "correct"
    assert found.rule == "official (none of its own): extracted integer, boxed"
