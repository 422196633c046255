"""When a judge is not asked any more: its server fails, or the money is spent."""

import pytest

from dmlr.errors import ConfigError
from tests.judge_server import JudgeServer
from tests.judging import answers, asked
from tests.test_judge_asking import expected, verdicts

PRICES = {
    "input_price": 1000.0,
    "output_price": 5000.0,
}  # 0.15 US dollars a reply of 100 + 10 tokens


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        ("401", "HTTP 401: Incorrect API key provided: none."),
        ("402", "HTTP 402: Insufficient balance"),
        ("403", "HTTP 403: Country not supported"),
        ("404", "HTTP 404: The model does not exist"),
        ("quota", "HTTP 429: You exceeded your current quota"),
        ("drop", "the server cannot be reached (RemoteProtocolError), tries: 1"),
        ("other_model", "the server must serve judge-2024-07-18, got 'another-model'"),
    ],
)
def test_three_hopeless_calls_in_a_row_stop_the_asking(monkeypatch, capsys, behaviour, told):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with JudgeServer("ok", "ok", default=behaviour) as server:
        fields = {"retries": 0, "concurrency": 1, "served_model": "judge-2024-07-18"}
        replies, failures = answers(server, asked(50), **fields)
    assert verdicts(replies) == expected(2)  # what was judged before stays
    assert server.requests == 5
    line = f"judge tester stopped: 3 calls in a row failed, the last with: {told}"
    assert [failures[place] for place in range(2, 5)] == [told] * 3
    assert {failures[place] for place in range(5, 50)} == {line}
    assert [said for said in capsys.readouterr().err.splitlines() if "stopped" in said] == [line]


def test_a_reply_between_them_says_that_there_is_hope():
    with JudgeServer("401", "401", "ok", "401", "401", "ok") as server:
        replies, failures = answers(server, asked(6), retries=0, concurrency=1)
    assert replies.keys() == {2, 5}
    assert not any("stopped" in failure for failure in failures.values())


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        ("malformed", "must be a chat completion, got "),
        ("500", "HTTP 500: The server had an error"),
        ("429", "HTTP 429: Rate limit reached"),
        ("hang", "no whole reply in time, tries: 1"),
        ("empty_content", "an empty reply (finish_reason stop)"),
    ],
)
def test_ten_failures_of_any_kind_in_a_row_stop_the_asking(capsys, behaviour, told):
    with JudgeServer("ok", default=behaviour) as server:
        replies, failures = answers(
            server, asked(50), retries=0, concurrency=1, timeout_seconds=0.2
        )
    assert (server.requests, replies.keys()) == (11, {0})
    line = f"judge tester stopped: 10 calls in a row failed, the last with: {told}"
    assert all(failures[place].startswith(told) for place in range(1, 11))
    assert all(failures[place].startswith(line) for place in range(11, 50))
    said = [one for one in capsys.readouterr().err.splitlines() if "stopped" in one]
    assert said == [failures[49]]  # once


def test_a_server_that_fails_two_rounds_of_all_workers_is_left_alone():
    with JudgeServer(default="500", latency=0.1) as server:
        _, failures = answers(server, asked(90), retries=0, concurrency=12)
    assert 24 <= server.requests < 24 + 12  # those in flight at the 24th still end
    assert "24 calls in a row failed" in failures[89]


def test_any_reply_between_failures_begins_the_count_anew():
    with JudgeServer(*(["500"] * 9 + ["prose"]) * 3) as server:
        replies, failures = answers(server, asked(30), retries=0, concurrency=1)
    assert (server.requests, replies.keys()) == (30, {9, 19, 29})
    assert not any("stopped" in failure for failure in failures.values())


def test_asking_stops_when_the_money_is_spent():
    with JudgeServer() as server:
        replies, failures = answers(server, asked(9), max_cost=0.4, concurrency=1, **PRICES)
    assert verdicts(replies) == expected(3)
    assert server.requests == 3
    line = "judge tester stopped: 0.4500 US dollars are spent of a max_cost of 0.4"
    assert failures == dict.fromkeys(range(3, 9), line)


def test_calls_in_flight_at_the_limit_still_count():
    with JudgeServer(latency=0.2) as server:
        replies, failures = answers(server, asked(30), max_cost=0.4, concurrency=4, **PRICES)
    assert len(replies) + len(failures) == 30
    assert 3 <= len(replies) == server.requests <= 6  # three and those beside the third


def test_no_money_asks_nothing():
    with JudgeServer() as server:
        _, failures = answers(server, asked(2), max_cost=0.0, **PRICES)
    assert (server.requests, len(failures)) == (0, 2)


def test_a_failure_that_was_served_costs_too():
    with JudgeServer(default="empty_content") as server:
        _, failures = answers(server, asked(9), max_cost=0.4, concurrency=1, **PRICES)
    assert (server.requests, len(failures)) == (3, 9)


def test_a_limit_of_cost_that_cannot_be_held_is_refused():
    with JudgeServer(counts=False) as server:
        with pytest.raises(ConfigError) as caught:
            answers(server, asked(2), max_cost=1.0, input_price=1.0)
        assert str(caught.value) == (
            "judge tester: must have input_price and output_price beside max_cost, got none; "
            "add them or remove max_cost"
        )
        assert server.requests == 0
        replies, failures = answers(server, asked(3), max_cost=1.0, concurrency=1, **PRICES)
    assert replies.keys() == {0}
    line = "judge tester stopped: the server counts no tokens, so max_cost cannot be held"
    assert failures == {1: line, 2: line}
