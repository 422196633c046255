"""Judging that is killed, doubled or out of disk, and judges that are: nothing is asked twice or lost."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from dmlr.judge.panel import judged
from tests.judge_server import JudgeServer
from tests.test_panel import asked, judge_at, rows, verdicts

ROOT = Path(__file__).parents[1]
QUESTIONS = 60
CONCURRENCY = 4
JUDGING = """
import resource, sys
from pathlib import Path
from dmlr.errors import DmlrError
from dmlr.judge.panel import judged
from tests.test_panel import asked, judge_at
ledger, url, first, last, most_bytes = sys.argv[1:]
if int(most_bytes):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most_bytes), int(most_bytes)))
questions = [asked(number) for number in range(int(first), int(last))]
try:
    found = judged("j", judge_at(url, concurrency=4), questions, Path(ledger))
except DmlrError as error:
    raise SystemExit(f"{type(error).__name__}: {error}")
print(sum(one.from_ledger for one in found), {one.verdict for one in found})
"""
SERVING = """
import sys
from tests.judge_server import JudgeServer
with JudgeServer(latency=0.05) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def judging(path):
    """Starts processes that judge; a failed test leaves none behind."""
    started = []

    def start(server, first=0, last=QUESTIONS, *, most_bytes=0):
        numbers = map(str, (first, last, most_bytes))
        process = subprocess.Popen(
            [sys.executable, "-c", JUDGING, path, server.url, *numbers],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "OPENAI_API_KEY": "sk-none"},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            kill(process)


def wait_for(server, requests, process):
    while server.requests < requests:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.005)


def kill(process):
    process.kill()
    process.communicate()


def ended(process):
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.strip()


def restarted(path, server):
    questions = [asked(number) for number in range(QUESTIONS)]
    found = judged("j", judge_at(server.url, concurrency=CONCURRENCY), questions, path)
    assert verdicts(found) == ["correct"] * QUESTIONS
    return found


def test_after_kill_9_only_the_calls_in_flight_are_asked_again(path, judging):
    with JudgeServer(latency=0.05) as server:
        process = judging(server)
        wait_for(server, 25, process)
        kill(process)
        kept = len(rows(path))
        assert 25 - CONCURRENCY <= kept < QUESTIONS
        found = restarted(path, server)
    assert server.requests <= QUESTIONS + CONCURRENCY
    assert sum(one.from_ledger for one in found) == kept
    assert len({row["key"] for row in rows(path)}) == len(rows(path)) == QUESTIONS


def test_after_kill_9_of_the_server_what_it_said_is_kept_and_the_rest_failed(path, judging):
    command = [sys.executable, "-c", SERVING]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as server:
        url = server.stdout.readline().strip()
        process = judging(SimpleNamespace(url=url))
        while not path.exists() or len(rows(path)) < 10:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.005)
        server.kill()
    said = ended(process)
    assert said.startswith("0 ")
    assert {word for word in ("correct", "failed", "wrong", "unparsed") if f"'{word}'" in said} == {
        "correct", "failed",
    }  # fmt: skip
    kept = len(rows(path))
    assert 10 <= kept < QUESTIONS
    with JudgeServer(port=int(url.split(":")[2].partition("/")[0])) as again:
        found = restarted(path, again)
        assert again.requests == QUESTIONS - kept
    assert sum(one.from_ledger for one in found) == kept


def test_two_processes_at_once_ask_each_question_once(path, judging):
    with JudgeServer(latency=0.02) as server:
        processes = [judging(server), judging(server, 20, QUESTIONS + 20)]
        said = [ended(process) for process in processes]
    assert server.requests == QUESTIONS + 20 == len(rows(path))
    assert sorted(said) == ["0 {'correct'}", "40 {'correct'}"]


def test_processes_with_other_questions_keep_the_limits_together(path, judging):
    with JudgeServer(latency=0.02) as server:
        processes = [judging(server, 0, 20), judging(server, 20, 40)]
        said = [ended(process) for process in processes]
    assert server.most_in_flight == CONCURRENCY
    assert server.requests == 40
    assert said == ["0 {'correct'}"] * 2


def test_a_killed_process_holds_nobody_up(path, judging):
    with JudgeServer(*["ok"] * 5, *["hang"] * CONCURRENCY) as server:
        first = judging(server)
        wait_for(server, 5 + CONCURRENCY, first)
        second = judging(server)
        assert any("waiting until it ends" in line for line in second.stderr)
        kill(first)
        assert ended(second) == "5 {'correct'}"
    assert server.requests == QUESTIONS + CONCURRENCY
    assert len(rows(path)) == QUESTIONS


def test_a_full_disk_is_one_line_and_what_fitted_is_kept(path, judging):
    with JudgeServer() as server:
        process = judging(server, most_bytes=32_768)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 1
        line = f"RecordError: {path}: must be a file that can be read and written, got "
        assert err.splitlines()[-1].startswith(line)
        assert "Traceback" not in err
        before, kept = server.requests, len(rows(path))
        assert 5 < kept < QUESTIONS
        assert before - CONCURRENCY <= kept
        restarted(path, server)
    assert server.requests <= QUESTIONS + CONCURRENCY
