"""Replies off the menu: they are asked for again on demand, once, and stay where that fails."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmlr.judge.asked import Reply
from dmlr.judge.ledger import Ledger
from dmlr.judge.ledger_turn import turn
from dmlr.judge.panel import calls, judged
from tests.judge_server import JudgeServer
from tests.test_panel import asked, judge_at, rows, verdicts


@pytest.fixture
def path(tmp_path):
    return tmp_path / "results" / "ledger.sqlite"


def now():
    return datetime.now(UTC).isoformat(timespec="microseconds")


def test_an_off_menu_reply_is_asked_again_only_on_demand(path):
    questions = [asked(1), asked(2)]
    with JudgeServer("prose") as server:
        judge = judge_at(server.url, concurrency=1)
        first = judged("j", judge, questions, path)
        assert judged("j", judge, questions, path) == [
            replace(one, from_ledger=True) for one in first
        ]
        assert server.requests == 2
        again = judged("j", judge, questions, path, again_before=now())
        assert server.requests == 3
        assert judged("j", judge, questions, path, again_before=now())[0].from_ledger
    assert verdicts(first) == ["unparsed", "correct"]
    assert first[0].reply == "The answer looks correct to me."
    assert first[0].reason
    assert verdicts(again) == ["correct", "correct"]
    assert [one.from_ledger for one in again] == [False, True]
    assert server.requests == 3
    assert [row["verdict"] for row in rows(path)] == ["unparsed", "correct", "correct"]


def test_an_off_menu_reply_of_several_runs_is_asked_again_once(path):
    with JudgeServer(default="prose") as server:
        judge = judge_at(server.url)
        judged("j", judge, [asked(1), asked(2)], path)
        began = now()
        judged("j", judge, [asked(1)], path, again_before=began)
        (other,) = judged("j", judge, [asked(1)], path, again_before=began)
        assert (server.requests, other.from_ledger) == (3, True)
        judged("j", judge, [asked(1), asked(2)], path, again_before=began)
        assert server.requests == 4  # only what the first two left out
        judged("j", judge, [asked(1)], path, again_before=rows(path)[2]["time"][:19] + "Z")
    assert server.requests == 4


def test_an_off_menu_reply_stays_where_asking_again_fails(path):
    with JudgeServer("prose", "404") as server:
        judge = judge_at(server.url)
        (first,) = judged("j", judge, [asked(1)], path)
        (again,) = judged("j", judge, [asked(1)], path, again_before=now())
    assert server.requests == 2
    assert again.reason.startswith(f"{first.reason}; asked again: ")
    assert replace(again, reason=first.reason, from_ledger=False) == first
    assert again.from_ledger


def test_an_off_menu_reply_stays_where_asking_again_is_not_paid_for(path, capsys):
    with JudgeServer("prose") as server:
        (first,) = judged("j", judge_at(server.url), [asked(1)], path)
        poor = judge_at(server.url, max_cost=0.0, input_price=1.0, output_price=1.0)
        (again,) = judged("j", poor, [asked(1)], path, again_before=now())
    stopped = "judge j stopped: 0.0000 US dollars are spent of a max_cost of 0"
    assert (server.requests, again.verdict) == (1, "unparsed")
    assert again.reason == f"{first.reason}; not asked again: {stopped}"
    assert capsys.readouterr().err.splitlines()[-1].endswith("0 failed, 1 not asked")


def test_what_another_process_asked_again_meanwhile_is_not_asked_a_third_time(path, capsys):
    with JudgeServer("prose") as server, ThreadPoolExecutor() as pool:
        judge = judge_at(server.url)
        judged("j", judge, [asked(1)], path)
        (call,) = calls(judge, [asked(1)])
        with turn(path, call):
            found = pool.submit(judged, "j", judge, [asked(1)], path, again_before=now())
            while "another process asks judge; waiting" not in capsys.readouterr().err:
                assert not found.done()
            with Ledger.opened(path) as ledger:
                ledger.add(call, Reply("Hm.", "unparsed", "no verdict line", "m", 1, 2, 0.5))
        assert [(one.reply, one.from_ledger) for one in found.result()] == [("Hm.", True)]
    assert server.requests == 1
