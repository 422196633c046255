"""Working directories that share what judges said: nobody is asked twice, and the newest reply counts in all."""

import subprocess
import sys
from pathlib import Path

import pytest

from dmlr.errors import RecordError
from dmlr.judge.ledger import Ledger
from dmlr.judge.panel import judged
from tests.judge_server import JudgeServer, Say
from tests.judging import asked, judge_of

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


def judgements(server, ledger, shared, questions, **options):
    found = judged(
        "tester", judge_of(server, concurrency=1), questions, ledger, shared=shared, **options
    )
    return [one.verdict for one in found]


def rows(ledger):
    with Ledger.opened(ledger) as opened:
        return list(opened.rows())


def test_a_second_directory_asks_only_what_the_first_did_not(tmp_path):
    first, second, shared = (tmp_path / name / "ledger.sqlite" for name in ("a", "b", "cache"))
    with JudgeServer() as server:
        assert judgements(server, first, shared, asked(3)) == ["correct", "wrong", "correct"]
        assert judgements(server, second, shared, asked(5))[:3] == ["correct", "wrong", "correct"]
        assert server.requests == 5
        assert judgements(server, first, shared, asked(5))[3:] == ["wrong", "correct"]
        assert server.requests == 5
    assert sorted(rows(first)) == sorted(rows(second)) == sorted(rows(shared))
    assert len(rows(first)) == 5


def test_what_was_asked_before_there_was_a_shared_one_goes_into_it(tmp_path):
    first, second, shared = (tmp_path / name / "ledger.sqlite" for name in ("a", "b", "cache"))
    with JudgeServer() as server:
        judgements(server, first, None, asked(2))
        judgements(server, first, shared, asked(2))
        judgements(server, second, shared, asked(2))
        assert server.requests == 2


def test_a_reply_that_was_asked_again_is_the_newest_everywhere(tmp_path):
    first, second, shared = (tmp_path / name / "ledger.sqlite" for name in ("a", "b", "cache"))
    with JudgeServer(Say("hard to say"), default=Say("VERDICT: correct")) as server:
        assert judgements(server, first, shared, asked(1)) == ["unparsed"]
        assert judgements(server, second, shared, asked(1)) == ["unparsed"]
        again = "2999-01-01T00:00:00.000000+00:00"
        assert judgements(server, second, shared, asked(1), again_before=again) == ["correct"]
        assert judgements(server, first, shared, asked(1)) == ["correct"]
        assert server.requests == 2


def test_directories_that_ask_at_once_take_turns_and_ask_once(tmp_path):
    program = (
        "import sys; from pathlib import Path; from tests.test_shared_ledger import *\n"
        "class Server: url = sys.argv[1]\n"
        "print(judgements(Server, Path(sys.argv[2]), Path(sys.argv[3]), asked(6)))\n"
    )
    shared = tmp_path / "cache/ledger.sqlite"
    with JudgeServer(latency=0.05) as server:
        started = [
            subprocess.Popen(
                [sys.executable, "-c", program, server.url, tmp_path / f"{name}.sqlite", shared],
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            for name in "abc"
        ]
        said = {process.communicate()[0] for process in started}
        assert said == {f"{['correct', 'wrong'] * 3}\n"}
        assert server.requests == 6
        assert server.most_in_flight == 1


def test_a_shared_ledger_that_is_none_stops_before_anybody_is_asked(tmp_path):
    shared = tmp_path / "ledger.sqlite"
    shared.write_text("not a ledger" * 99)
    with (
        JudgeServer() as server,
        pytest.raises(RecordError, match=r"ledger\.sqlite: must be a ledger of judgements, got a"),
    ):
        judgements(server, tmp_path / "a.sqlite", shared, asked(1))
    assert server.requests == 0
