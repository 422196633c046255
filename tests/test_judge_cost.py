"""What judging will cost, worked out by hand."""

from dataclasses import astuple

import pytest

from dmlr.judge.asked import Reply
from dmlr.judge.cost import Estimate, estimate
from dmlr.judge.ledger import Ledger
from dmlr.judge.panel import calls
from tests.test_panel import REMOTE, asked, judge_at

# For asked(1) three lines of 26 characters, "<1>", "It must be <1>.", a point and five line ends:
# 78 + 3 + 15 + 1 + 5 = 102 characters.
PROMPT = "{{ fence }}\n{{ gold }}\n{{ fence }}\n{{ candidate }}\n{{ fence }}\n."


@pytest.fixture
def ledger(tmp_path):
    with Ledger.opened(tmp_path / "ledger.sqlite") as opened:
        yield opened


@pytest.fixture
def priced(tmp_path):
    """gpt-4o-mini's prices: 0.15 and 0.60 dollars for a million tokens."""
    (tmp_path / "short.jinja").write_text(PROMPT)
    prompt = str(tmp_path / "short.jinja")
    return judge_at(REMOTE, prompt=prompt, input_price=0.15, output_price=0.60)


def add(ledger, judge, question, input_tokens, output_tokens):
    reply = Reply("VERDICT: correct", "correct", None, "m", input_tokens, output_tokens, 1.0)
    ledger.add(calls(judge, [question])[0], reply)


def test_an_estimate_counts_new_calls_once(ledger, priced):
    questions = [asked(1), asked(2), asked(1), asked(3)]
    # Three prompts of 102 characters are 306, a quarter of it 76.5, so 77 tokens; three replies of 150.
    # 77 x 0.15 + 450 x 0.60 = 281.55 millionths of a dollar.
    assert astuple(estimate(priced, questions, ledger)) == (3, 0, 77, 450, pytest.approx(281.55e-6))


def test_an_estimate_goes_by_the_replies_that_the_ledger_knows(ledger, priced):
    add(ledger, priced, asked(1), 50, 10)
    add(ledger, priced, asked(2), 50, 15)
    add(ledger, priced.model_copy(update={"model": "another"}), asked(1), 50, 999)
    # One call is left: 102 / 4 = 25.5, so 26 tokens; a reply of (10 + 15) / 2 = 12.5, rounded up 13.
    # 26 x 0.15 + 13 x 0.60 = 11.7 millionths.
    found = estimate(priced, [asked(1), asked(2), asked(3)], ledger)
    assert astuple(found) == (1, 2, 26, 13, pytest.approx(11.7e-6))


def test_an_estimate_expects_no_reply_beyond_the_limit(ledger, priced):
    short = priced.model_copy(update={"max_tokens": 20})
    assert estimate(short, [asked(1), asked(2)], ledger).output_tokens == 40


def test_nothing_new_costs_nothing(ledger, priced):
    add(ledger, priced, asked(1), 50, 10)
    assert estimate(priced, [asked(1)], ledger) == Estimate(0, 1, 0, 0, 0.0)


def test_an_unknown_price_is_no_price_of_zero(ledger, priced):
    for unknown in ({"input_price": None}, {"output_price": None}):
        judge = priced.model_copy(update=unknown)
        add(ledger, judge, asked(1), 50, 10)
        assert estimate(judge, [asked(2)], ledger).dollars is None
