"""Scoring again: another protocol, judge or prompt touches no stage before verify."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dmlr.records import Verdict, read_records
from tests.judge_server import JudgeServer, Say
from tests.project import Project

VERIFIED = {"verify": 2, "aggregate": 1, "report": 1}


@pytest.fixture(scope="module")
def project(tmp_path_factory, finished_workflow):
    return Project(tmp_path_factory.mktemp("reverify"), like=finished_workflow)


def judge(server, **fields):
    told = {"model": "judge", "base_url": server.url, "prompt": "config/judges/compare.jinja"}
    return {"tester": {**told, "retries": 0, **fields}}


def plan(project):
    """The plan's rows about judges: run, protocol, judge, calls to make, calls in the ledger, tokens, dollars."""
    dmlr = str(Path(sys.executable).with_name("dmlr"))
    done = subprocess.run(
        [dmlr, "plan", "--configfile", "small.yaml"],
        cwd=project.folder, env=project.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    judges = done.stdout.partition("judges:\n\n")[2]
    return [line.strip("| ").split(" | ") for line in judges.splitlines()[2:]]


def protocols(*names, **catalogs):
    return {"protocols": ["paper", *names], **catalogs}


def test_another_protocol_scores_and_answers_nothing(project):
    project.configure(protocols("extracted"))
    assert project.planned() == VERIFIED | {"verify": 2}
    assert project.succeed("reverify") == {**VERIFIED, "reverify": 1}
    table = (project.folder / "results/tables/protocols.md").read_text()
    assert "| paper | extracted |" in table


def test_reverify_scores_what_is_there_whatever_code_made_it(project):
    code = project.folder / "dmlr/methods/vanilla.py"
    text = code.read_text()
    code.write_text(text + "\nUNUSED = 1\n")
    project.configure(protocols("released-2025-12"))
    assert project.planned()["reason"] == 4
    assert project.planned("reverify") == {**VERIFIED, "reverify": 1}
    code.write_text(text)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"profile_catalog": {"vanilla": {"max_new_tokens": 59}}},
            "vanilla/seed-42/00000.predictions.parquet was made with another profile.max_new_tokens than "
            "the planned one: must be 59, got 60; run snakemake without a target",
        ),
        (
            {"benchmark_catalog": {"shapes": {"seed": 8}}},
            "shapes/samples.parquet was made with another benchmark.seed than the planned one: must be 8, got 7",
        ),
    ],
)
def test_reverify_refuses_what_was_made_under_other_settings(project, change, line):
    project.configure(protocols("official", **change))
    done = project.run("reverify")
    assert done.returncode != 0
    assert line in done.stdout


def test_reverify_without_predictions_is_one_line(project):
    project.configure({"seeds": [42, 43], **protocols()})
    done = project.run("reverify")
    assert done.returncode != 0
    assert "reverify scores what is there: 8 of 19 files are missing, the first is" in done.stdout
    assert "results/runs/shapes/shapes-1m/vanilla/seed-43/00000.predictions.parquet" in done.stdout


@pytest.mark.slow  # the whole workflow four times; test_verify_judge does it on the stage alone
def test_a_judge_is_asked_once_and_another_prompt_asks_again(project):
    with JudgeServer(default=Say("VERDICT: wrong")) as server:
        catalogs = {
            "judge_catalog": judge(server, input_price=1.0, output_price=2.0),
            "protocol_catalog": {"asks": {"rules": "boxed", "judge": "tester", "ask": "always"}},
        }
        project.configure(protocols("asks", **catalogs))
        before = plan(project)
        assert [row[0] for row in before] == [
            "shapes--shapes-1m--vanilla--seed-42",
            "shapes--shapes-1m--dmlr-paper--seed-42",
            "all runs, equal questions once",
        ]
        assert [row[4] for row in before] == ["0", "0", "0"]
        project.succeed("reverify")
        asked = server.requests
        assert asked == int(before[-1][3]) < 14  # two runs of seven samples, some replies are equal
        after = plan(project)
        assert [row[3] for row in after] == ["0", "0", "0"]
        assert [row[4] for row in after] == [row[3] for row in before]
        assert {row[-1] for row in after} == {"0.0000"}
        catalogs["judge_catalog"] = judge(
            server, concurrency=3, timeout_seconds=7.0, input_price=1.0, output_price=2.0
        )
        project.configure(protocols("asks", **catalogs))
        assert project.planned() == {}  # how it is asked changes no judgement
        project.edit("config/judges/compare.jinja", "VERDICT", "VERDICT")
        prompt = project.folder / "config/judges/compare.jinja"
        prompt.write_text(prompt.read_text() + "\n")
        assert project.planned() == VERIFIED
        project.succeed("reverify")
        assert server.requests == 2 * asked
        assert project.succeed("reverify", "--forcerun", "verify")["verify"] == 4
        assert server.requests == 2 * asked
    rows = (project.folder / "results/tables/judging.csv").read_text().splitlines()
    assert [row.split(",")[4:6] for row in rows[1:]] == [["asks", "tester"]] * 2


@pytest.mark.slow  # the workflow three times, 40 s; test_verify_judge does it on the stage alone
def test_failed_judgements_are_asked_by_the_next_run(project):
    with JudgeServer(default="500") as server:
        catalogs = {
            "judge_catalog": judge(server, max_tokens=77),
            "protocol_catalog": {"asks": {"rules": "boxed", "judge": "tester", "ask": "always"}},
        }
        project.configure(protocols("asks", **catalogs))
        project.succeed("reverify")
        run = "shapes/shapes-1m/vanilla/seed-42"
        path = project.folder / f"results/verdicts/asks/{run}.parquet"
        assert {one.verdict for one in read_records(path, Verdict)} == {"failed"}
        table = (project.folder / "results/tables/protocols.md").read_text()
        assert table.splitlines()[2].endswith("| not final: 0.0–100.0 |")
        server.default = "ok"
        assert project.planned() == VERIFIED
        project.succeed("reverify")
        assert "failed" not in {one.verdict for one in read_records(path, Verdict)}
        assert project.planned() == {}
    note = json.loads(path.with_suffix(".failed.json").read_text())
    assert note == {"attempts": 1, "failed": {}}


def test_an_unknown_judge_stops_before_any_job(project):
    project.configure(
        protocols("asks", protocol_catalog={"asks": {"rules": "boxed", "judge": "who"}})
    )
    done = project.run("--dry-run")
    assert done.returncode != 0
    assert "protocol_catalog.asks.judge must be a name of judge_catalog (" in done.stdout
    assert "got 'who'" in done.stdout


def test_a_judge_without_a_key_stops_before_any_job(project, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    project.configure(protocols("judge"))
    ledger = project.folder / "results/ledger.sqlite"
    ledger.unlink(missing_ok=True)
    done = project.run("--dry-run")
    assert done.returncode != 0
    assert "https://api.openai.com/v1 must get a key, got none; set OPENAI_API_KEY" in done.stdout
    ledger.touch()  # with a ledger, everything may have been asked before
    assert project.run("--dry-run").returncode == 0
