import time

import pytest

from dmlr.records import Gold
from dmlr.verify.rules import lmms_eval, vlmevalkit
from dmlr.verify.rules.frameworks import number
from tests.frameworks import (
    CHOICES,
    asked,
    choice,
    formula,
    integer,
    outcome,
)


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
    start = time.process_time()
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
    assert time.process_time() - start < 5.0
