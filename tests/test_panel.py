"""The panel: what the ledger knows is not asked again, what it does not know is, and failures stay none."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dmlr.errors import ConfigError, RecordError
from dmlr.judge.asked import Asked, Reply
from dmlr.judge.entry import Judge
from dmlr.judge.ledger import Ledger
from dmlr.judge.ledger_file import transaction
from dmlr.judge.panel import calls, judged
from tests.judge_server import JudgeServer, Say

ROOT = Path(__file__).parents[1]
KEY = "sk-a-secret-of-this-test"
REMOTE = "https://judge.invalid/v1"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "results" / "ledger.sqlite"


def judge_at(url, **fields):
    return Judge(
        **{"model": "judge", "base_url": url, "prompt": "config/judges/compare.jinja", **fields}
    )


def asked(number, answer=None):
    said = number if answer is None else answer
    return Asked("Which number?", (), f"<{number}>", f"It must be <{said}>.")


def verdicts(found):
    return [one.verdict for one in found]


def rows(path):
    with Ledger.opened(path) as ledger:
        return [dict(zip(ledger.columns(), row, strict=True)) for row in ledger.rows()]


def test_equal_questions_are_asked_once_and_the_order_is_kept(path):
    right, wrong, other = asked(1), asked(1, answer=2), asked(3)
    with JudgeServer() as server:
        found = judged("j", judge_at(server.url), [right, wrong, right, other, wrong], path)
    assert server.requests == 3
    assert verdicts(found) == ["correct", "wrong", "correct", "correct", "wrong"]
    assert found[0] == found[2] != found[3]
    assert [row["candidate"] for row in rows(path)].count(right.candidate) == 1


def test_what_the_ledger_knows_is_not_asked_again(path, capsys):
    questions = [asked(number) for number in range(7)]
    with JudgeServer() as server:
        judge = judge_at(server.url)
        first = judged("j", judge, questions[:5], path)
        second = judged("j", judge, questions, path)
        third = judged("j", judge, questions, path)
    assert server.requests == 7
    assert [one.from_ledger for one in first + second] == [False] * 5 + [True] * 5 + [False] * 2
    assert third == [replace(one, from_ledger=True) for one in second]
    one = third[0]
    assert (one.verdict, one.reason, one.served_model) == ("correct", None, server.model)
    assert (one.input_tokens, one.output_tokens) == (100, 10)
    assert "correct" in one.reply
    assert {one.key for one in third} == {row["key"] for row in rows(path)}
    said = [line for line in capsys.readouterr().err.splitlines() if "from the ledger" in line]
    assert said == [
        "judge j: 0 from the ledger, 5 asked of which 0 failed, 0 not asked",
        "judge j: 5 from the ledger, 2 asked of which 0 failed, 0 not asked",
        "judge j: 7 from the ledger, 0 asked of which 0 failed, 0 not asked",
    ]


@pytest.mark.parametrize(
    ("change", "requests"),
    [
        ({"temperature": 1.0}, 2),
        ({"max_tokens": 64}, 2),
        ({"seed": None}, 2),
        ({"structured": "off"}, 2),
        ({"model": "another"}, 2),
        ({"prompt": "PROMPT"}, 2),
        ({"concurrency": 1, "requests_per_minute": 600, "max_cost": 1.0, "input_price": 1.0}, 1),
        ({"key_variable": "SAME_KEY"}, 1),
        ({"output_price": 1.0, "timeout_seconds": 5.0, "retries": 0}, 1),
    ],
)
def test_only_what_changes_a_reply_asks_anew(path, tmp_path, change, requests):
    if "prompt" in change:
        text = (ROOT / "config/judges/compare.jinja").read_text() + "\nBe brief."
        (tmp_path / "own.jinja").write_text(text)
        change = {"prompt": str(tmp_path / "own.jinja")}
    with JudgeServer() as server:
        judged("j", judge_at(server.url), [asked(1)], path)
        assert verdicts(judged("j", judge_at(server.url, **change), [asked(1)], path)) == [
            "correct"
        ]
    assert server.requests == requests == len(rows(path))


def test_what_was_asked_what_failed_and_what_was_not_asked_is_told_apart(path, capsys):
    with JudgeServer("ok", "ok", "500", default="401") as server:
        judge = judge_at(server.url, concurrency=1, retries=0)
        judged("j", judge, [asked(1)], path)
        found = judged("j", judge, [asked(number) for number in range(20)], path)
    assert server.requests == 6
    assert verdicts(found) == ["correct"] * 2 + ["failed"] * 18
    stopped, line = capsys.readouterr().err.splitlines()[-3::2]
    assert stopped.startswith("judge j stopped: 4 calls in a row failed, the last with: HTTP 401")
    assert [one.reason == stopped for one in found] == [False] * 6 + [True] * 14
    assert line == "judge j: 1 from the ledger, 5 asked of which 4 failed, 14 not asked"


@pytest.mark.parametrize("name", ["question", "gold", "candidate", "options"])
def test_half_a_character_is_asked_kept_and_found_again(path, name):
    text = "It must be <1>. \ud83d"
    odd = replace(asked(1), **{name: (text, "\udc00") if name == "options" else text})
    with JudgeServer(default=Say("VERDICT: wrong")) as server:
        judge = judge_at(server.url)
        first = judged("j", judge, [odd], path)
        second = judged("j", judge, [odd], path)
    assert (server.requests, verdicts(first)) == (1, ["wrong"])
    assert second == [replace(first[0], from_ledger=True)]
    (row,) = rows(path)
    kept = Asked(row["question"], tuple(json.loads(row["options"])), row["gold"], row["candidate"])
    assert row["key"] == replace(calls(judge, [odd])[0], asked=kept).key
    assert "<1>. ?" in str(kept)


def test_a_failure_is_not_stored_and_is_asked_again(path):
    questions = [asked(1), asked(2), asked(3)]
    with JudgeServer("ok", "404", "ok") as server:
        judge = judge_at(server.url, concurrency=1)
        first = judged("j", judge, questions, path)
        second = judged("j", judge, questions, path)
    assert verdicts(first) == ["correct", "failed", "correct"]
    assert first[1].reason
    assert "\n" not in first[1].reason
    assert (first[1].key, first[1].reply, first[1].served_model) == (None, None, None)
    assert verdicts(second) == ["correct"] * 3
    assert [one.from_ledger for one in second] == [True, False, True]
    assert server.requests == 4
    assert len(rows(path)) == 3


def test_only_replies_of_the_wanted_served_model_count(path):
    with JudgeServer() as server:
        anything = judge_at(server.url)
        dated = judge_at(server.url, served_model="judge-2025-01-01")
        judged("j", anything, [asked(1)], path)
        server.model = "judge-2025-01-01"
        (found,) = judged("j", dated, [asked(1)], path)
        assert (found.served_model, found.from_ledger) == ("judge-2025-01-01", False)
        (found,) = judged("j", dated, [asked(1)], path)
        assert (found.served_model, found.from_ledger) == ("judge-2025-01-01", True)
    assert server.requests == 2


def test_another_served_model_than_the_wanted_is_a_failure(path):
    with JudgeServer() as server:
        (found,) = judged("j", judge_at(server.url, served_model="other"), [asked(1)], path)
    assert found.verdict == "failed"
    assert "other" in found.reason
    assert rows(path) == []


def test_nothing_asked_is_nothing_done(path):
    assert judged("j", judge_at(REMOTE), [], path) == []
    assert not path.parent.exists()


def test_no_key_is_needed_until_somebody_is_asked(path, monkeypatch, tmp_path):
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.chdir(tmp_path)
    judge = judge_at(REMOTE)
    with Ledger.opened(path) as ledger:
        (call,) = calls(judge, [asked(1)])
        ledger.add(call, Reply("VERDICT: wrong", "wrong", None, "m", 1, 2, 0.5))
    assert verdicts(judged("j", judge, [asked(1)], path)) == ["wrong"]
    line = f"^judge j: {REMOTE} must get a key, got none; set OPENAI_API_KEY in the environment or "
    with pytest.raises(ConfigError, match=line):
        judged("j", judge, [asked(1), asked(2)], path)


def test_a_judge_that_cannot_be_asked_is_named(path):
    with pytest.raises(
        ConfigError, match=r"^judge j: a judge's base_url must be an address such as"
    ):
        judged("j", judge_at("judges.example"), [asked(1)], path)


def test_two_judges_side_by_side_get_a_key_each(path, monkeypatch):
    monkeypatch.setenv("OTHER_KEY", "sk-another-secret")
    with JudgeServer() as first, JudgeServer() as second:
        judged("one", judge_at(first.url), [asked(1)], path)
        judged("two", judge_at(second.url, key_variable="OTHER_KEY"), [asked(1)], path)
    assert (first.keys, second.keys) == ([f"Bearer {KEY}"], ["Bearer sk-another-secret"])


def test_a_damaged_ledger_stops_before_anybody_is_asked(path):
    path.parent.mkdir()
    path.write_text("not a ledger" * 100)
    with (
        JudgeServer() as server,
        pytest.raises(RecordError, match="must be a ledger of judgements"),
    ):
        judged("j", judge_at(server.url), [asked(1)], path)
    assert server.requests == 0


def test_the_key_is_in_no_file_beside_the_ledger(path):
    with JudgeServer("401", "ok", Say("off the menu")) as server:
        judge = judge_at(server.url, concurrency=1)
        judged("j", judge, [asked(1), asked(2), asked(3)], path)
    assert server.keys == [f"Bearer {KEY}"] * 3
    files = list(path.parent.iterdir())
    assert path in files
    assert all(KEY.encode() not in file.read_bytes() for file in files)


LOOKING_UP = """
import sys, time
from pathlib import Path
from dmlr.judge.panel import judged
from tests.test_panel import REMOTE, judge_at, long_question
questions = [long_question(number) for number in range(10_000)]
started = time.perf_counter()
found = judged("j", judge_at(REMOTE), questions, Path(sys.argv[1]))
seconds = time.perf_counter() - started
assert [one.verdict for one in found] == ["correct"] * 10_000
assert all(one.from_ledger for one in found)
assert "openai" not in sys.modules
print(seconds)
"""


def long_question(number):
    return replace(asked(number), candidate=f"It must be <{number}>." + "x" * 3000)


def test_ten_thousand_judgements_come_from_the_ledger_within_five_seconds(path, tmp_path):
    questions = [long_question(number) for number in range(10_000)]
    reply = Reply("I compared both.\nVERDICT: correct", "correct", None, "m", 900, 40, 1.0)
    with Ledger.opened(path) as ledger, transaction(ledger._connection):
        for call in calls(judge_at(REMOTE), questions):
            ledger.add(call, reply)
    # A process of its own, without a key and without a server: REMOTE does not exist.
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", LOOKING_UP, path],
        capture_output=True, text=True, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 5
    assert [file.name for file in path.parent.iterdir()] == ["ledger.sqlite"], "no lock was taken"
