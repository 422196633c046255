"""What people get out of the ledger by the command line."""

import json

import pytest

from dmlr.judge.asked import Asked
from dmlr.judge.panel import judged
from tests.judge_server import JudgeServer, Say
from tests.judging import judge_of


@pytest.fixture
def folder(tmp_path):
    """Two questions, one of them asked again since its first reply was off the menu."""
    replies = (Say("=hard to say"), Say("VERDICT: wrong"), Say("VERDICT: correct"))
    asked = [Asked("Which?", ("a", "b"), "A. a", text) for text in ("I say a.", "It is b.")]
    with JudgeServer(*replies) as server:
        judge = judge_of(server, concurrency=1)
        judged("tester", judge, asked, tmp_path / "ledger.sqlite")
        judged(
            "tester",
            judge,
            asked,
            tmp_path / "ledger.sqlite",
            again_before="9999-12-31T23:59:59+00:00",
        )
    return tmp_path


def test_the_ledger_can_be_read_exported_and_compacted(run_dmlr, folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    said = run_dmlr("ledger", "usage", "--ledger", "ledger.sqlite", cwd=folder).stdout
    cells = [cell.strip() for cell in said.splitlines()[3].strip("│").split("│")]
    assert (cells[0], cells[2]) == ("judge", "judge-2024-07-18")
    assert cells[4:8] == ["3", "1", "300", "30"]  # calls, unparsed, tokens: 100 and 10 a call
    told = ("ledger", "export", "all.jsonl", "--ledger", "ledger.sqlite")
    assert run_dmlr(*told, cwd=folder).stdout == "all.jsonl: 3 judgements\n"
    rows = [json.loads(line) for line in (folder / "all.jsonl").read_text().splitlines()]
    assert [row["reply"] for row in rows] == ["=hard to say", "VERDICT: wrong", "VERDICT: correct"]
    run_dmlr("ledger", "export", "all.csv", "--ledger", "ledger.sqlite", cwd=folder)
    assert '"\'=hard to say"' in (folder / "all.csv").read_text()
    done = run_dmlr("ledger", "compact", "--ledger", "ledger.sqlite", cwd=folder)
    assert done.stdout == "ledger.sqlite: 1 replaced replies dropped\n"


def test_no_ledger_is_one_line(run_dmlr, tmp_path):
    (line,) = run_dmlr("ledger", "usage", cwd=tmp_path).stderr.splitlines()
    assert line == (
        "dmlr: error: results/ledger.sqlite: must be a ledger, found none; no judge has been asked here"
    )
    assert not (tmp_path / "results").exists()
