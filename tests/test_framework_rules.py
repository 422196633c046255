import time

import pytest

from dmlr.records import Gold
from dmlr.verify.decision import Posed
from dmlr.verify.rules import lmms_eval, vlmevalkit
from dmlr.verify.rules.frameworks import number

CHOICES = {
    "mathvista": ("3/11", "8/11", "6/11", "3/5"),
    "mathvision": ("$60$", "$\\frac{1}{2}$", "north", "$4 \\mathrm{~cm}$", "12"),
    "mmvp": ("Open", "Closed"),
    "mmstar": ("Sky", "Sea", "Trees", "Skyline"),
    "scienceqa": ("Maine", "Kansas"),
}


def choice(letter, family):
    return Gold(kind="choice", letter=letter, text=CHOICES[family]["ABCDE".index(letter)])


def integer(text):
    return Gold(kind="integer", text=text, value=float(text))


def formula(text):
    return Gold(kind="expression", text=text)


def asked(rules, family, reply, gold, options=None):
    options = CHOICES.get(family, ()) if options is None else options
    found = rules.judge(reply, gold, Posed(family, "Which?", options if gold.letter else ()))
    assert (found.reason is not None) or found.verdict in ("correct", "wrong")
    return found


def lmms(*asking, **more):
    return asked(lmms_eval, *asking, **more)


def kit(*asking, **more):
    return asked(vlmevalkit, *asking, **more)


RIGHT, WRONG = ("correct", True), ("wrong", True)
OPEN, MODEL = ("wrong", False), ("unparsed", False)  # a judge, where there is one, is asked


def outcome(found):
    return found.verdict, found.settled


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


@pytest.mark.parametrize(
    ("rules", "family", "gold", "reason"),
    [
        (lmms_eval, "mm-math", integer("3"), "no rule of lmms-eval is known for mm-math"),
        (lmms_eval, "shapes", integer("3"), "no rule of lmms-eval is known for shapes"),
        (vlmevalkit, "json", integer("3"), "no rule of vlmevalkit is known for json"),
        (
            vlmevalkit,
            "mmvp",
            formula("3"),
            "no rule of vlmevalkit is known for mmvp with a gold of kind expression",
        ),
    ],
)
def test_a_benchmark_without_a_rule_is_failed_and_says_so(rules, family, gold, reason):
    found = asked(rules, family, "3", gold)
    assert (outcome(found), found.reason) == (("failed", True), reason)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$-1.5$", -1.5),
        ("1/4", 0.25),
        ("-\\dfrac{1}{4}", -0.25),
        ("1/0", None),
        ("--1/4", None),
        ("1,000", None),
        ("2**9", None),
        ("9" * 400, None),
    ],
)
def test_a_plain_number_and_nothing_that_needs_an_evaluator(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    "reply",
    [
        "\\boxed{1}," * 10_000,
        "\\boxed{" * 14_000 + "1",
        "$" * 100_000,
        "$1" * 50_000,
        "\\text{" * 16_000,
        "\\pm" * 33_000,
        "(" * 100_000,
        "the answer is " * 7_000,
        "1" * 100_000,
        "=" * 100_000,
        " " * 99_999 + "x",
        "a" * 99_999 + "(",
        "A\x00\u202e\ud800(" * 20_000,
    ],
)
def test_hostile_replies_are_read_at_once(reply):
    golds = {family: choice("B", family) for family in CHOICES}
    golds |= {"mm-math": integer("3"), "hallusionbench": Gold(kind="yesno", text="Yes")}
    start = time.perf_counter()
    for family, gold in golds.items():
        for rules in (lmms_eval, vlmevalkit):
            assert asked(rules, family, reply, gold).verdict in (
                "correct",
                "wrong",
                "unparsed",
                "failed",
            )
        for rules in (lmms_eval, vlmevalkit):
            asked(rules, "mathvision", reply, formula("\\sqrt{2}"))
    assert time.perf_counter() - start < 5.0
