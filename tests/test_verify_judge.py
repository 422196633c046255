"""The stage verify with a judge: rules first, a model for the rest, over real HTTP."""

import dataclasses
import json
from pathlib import Path

import pytest

from dmlr.datasets.shard import write_shard
from dmlr.errors import ConfigError
from dmlr.judge.entry import Judge
from dmlr.judge.prompt import Prompt
from dmlr.provenance import fingerprint
from dmlr.records import Gold, ImageFile, Prediction, Sample, Verdict, read_records, write_records
from dmlr.verify.again import again
from dmlr.verify.failures import note_path
from dmlr.verify.protocol import Protocol, VerifySettings
from dmlr.verify.verify import RunFiles, verify
from tests.judge_server import JudgeServer, Say

LEFT = Gold(kind="choice", text="left", letter="A")
ROOT_TWO = Gold(kind="expression", text="\\sqrt{2}")
# Which replies the rules settle: the first two. The third names no option, the fourth is mathematics that
# does not agree, the fifth says nothing.
REPLIES = {
    "0": ("\\boxed{A}", LEFT),
    "1": ("\\boxed{B}", LEFT),
    "2": ("It stands on the near side, I would say left of it or so.", LEFT),
    "3": ("\\boxed{x+1}", ROOT_TWO),
    "4": ("  ", LEFT),
}
ROOT = Path(__file__).parent.parent
FAST = {"concurrency": 2, "retries": 0, "timeout_seconds": 5.0}


def sample(name, gold):
    image = ImageFile(sha256="ab" * 32, file="ab.png", width=5, height=7, bytes=11)
    options = ("left", "right") if gold.kind == "choice" else ()
    return Sample(
        sample_id=f"own/{name}", question="Where?", options=options,
        gold={"official": gold, "corrected": gold}, image=image, category="all", groups={},
    )  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run's files, in the working directory."""
    monkeypatch.chdir(tmp_path)
    shard, predictions = tmp_path / "00000.jsonl", tmp_path / "00000.predictions.parquet"
    samples = [sample(name, gold) for name, (_, gold) in REPLIES.items()]
    write_shard(shard, samples)
    answers = [
        Prediction(sample_id=f"own/{name}", status="ok", text=text)
        for name, (text, _) in REPLIES.items()
    ]
    write_records(predictions, Prediction, answers, {})
    out, ledger = tmp_path / "verdicts/seed-3.parquet", tmp_path / "ledger.sqlite"
    return RunFiles([shard], [predictions], out, ledger)


def told(server, code="c", **fields):
    judge = Judge(model="judge", base_url=server.url, prompt="config/judges/compare.jinja")
    protocol = Protocol(rules="extracted", judge="tester", **fields)
    return VerifySettings(
        code=code, protocol=protocol, loader="json", packages={}, judge=judge,
        prompt_digest=Prompt.load(judge.prompt).digest,
    )  # fmt: skip


def verdicts(run):
    found = read_records(run.verdicts, Verdict)
    return {one.sample_id[-1]: one for one in found if one.labels == "official"}


def test_rules_settle_what_they_can_and_the_judge_gets_the_rest_once(run):
    with JudgeServer(default=Say("It does.\nVERDICT: correct")) as server:
        verify(told(server), run, FAST)
        found = verdicts(run)
        assert server.requests == 2  # two open questions, each under two label sets
        assert {name: one.verdict for name, one in found.items()} == {
            "0": "correct", "1": "wrong", "2": "correct", "3": "correct", "4": "unparsed",
        }  # fmt: skip
        assert (found["0"].rule, found["0"].judgement) == ("extracted choice, boxed", None)
        judged = found["3"]
        assert (judged.rule, judged.extracted, judged.score) == ("judge tester", "x+1", 1)
        assert judged.judge_reply == "It does.\nVERDICT: correct"
        assert judged.judge_model == server.model
        assert judged.input_tokens > 0
        verify(told(server), run, FAST)
        assert server.requests == 2
    assert verdicts(run) == found


def test_a_judge_that_is_always_asked_gets_the_answer_that_the_rules_read(run):
    with JudgeServer(default=Say("VERDICT: wrong")) as server:
        verify(told(server, ask="always", candidate="answer"), run, FAST)
        assert server.requests == 4  # all but the empty reply
        prompts = [body["messages"][-1]["content"] for body in server.bodies]
    assert not [text for text in prompts if "\\boxed{A}" in text]
    assert {one.verdict for name, one in verdicts(run).items() if name != "4"} == {"wrong"}


def test_a_failed_judgement_is_no_verdict_and_is_asked_again_next_time(run):
    with JudgeServer("500", "500", default=Say("VERDICT: wrong")) as server:
        verify(told(server), run, FAST)
        found = verdicts(run)
        assert [found[name].verdict for name in "23"] == ["failed", "failed"]
        assert [found[name].score for name in "23"] == [None, None]
        assert "500" in found["2"].reason
        note = json.loads(note_path(run.verdicts).read_text())
        assert note["attempts"] == 1
        assert "own/2 (official)" in note["failed"]
        verify(told(server), run, FAST)
        assert server.requests == 4
    assert [verdicts(run)[name].verdict for name in "23"] == ["wrong", "wrong"]
    assert json.loads(note_path(run.verdicts).read_text()) == {"attempts": 1, "failed": {}}


def test_only_what_the_judge_owes_is_asked_again(run, run_dmlr, tmp_path):
    replies = (Say("hard to say"), Say("VERDICT: wrong"))
    with JudgeServer(*replies, default=Say("VERDICT: correct")) as server:
        verify(told(server, code=fingerprint("verify")), run, {**FAST, "concurrency": 1})
        owed = {name: one.verdict for name, one in verdicts(run).items()}
        assert sorted(owed[name] for name in "23") == ["unparsed", "wrong"]
        verify(told(server, code=fingerprint("verify")), run, FAST)
        assert server.requests == 2  # a reply off the menu was paid for and is kept
        done = run_dmlr("verify", "--only-failed", "verdicts", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert server.requests == 3
        assert "asked again in 1 of 1 runs" in done.stderr
        assert sorted(verdicts(run)[name].verdict for name in "23") == ["correct", "wrong"]
        done = run_dmlr("verify", "--only-failed", "verdicts", cwd=tmp_path)
        assert "asked again in 0 of 1 runs" in done.stderr
        assert server.requests == 3


def test_what_is_not_owed_is_not_asked_although_the_ledger_is_gone(run, run_dmlr, tmp_path):
    replies = (Say("hard to say"), Say("VERDICT: wrong"))
    with JudgeServer(*replies, default=Say("VERDICT: correct")) as server:
        verify(told(server, code=fingerprint("verify")), run, {**FAST, "concurrency": 1})
        run.ledger.unlink()
        done = run_dmlr("verify", "--only-failed", "verdicts", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert server.requests == 3
    assert sorted(verdicts(run)[name].verdict for name in "23") == ["correct", "wrong"]


def test_a_reply_off_the_menu_that_two_runs_share_is_asked_once_more_alone(run, run_dmlr, tmp_path):
    other = dataclasses.replace(run, verdicts=tmp_path / "verdicts/seed-4.parquet")
    with JudgeServer(default=Say("hard to say")) as server:
        for one in (run, other):
            verify(told(server, code=fingerprint("verify")), one, FAST)
        assert server.requests == 2
        done = run_dmlr("verify", "--only-failed", "verdicts", cwd=tmp_path)
        assert "asked again in 2 of 2 runs" in done.stderr
        assert server.requests == 4


def test_another_prompt_than_the_planned_one_is_refused(run, tmp_path):
    with JudgeServer() as server:
        settings = told(server)
        mine = tmp_path / "config/judges/compare.jinja"
        mine.parent.mkdir(parents=True)
        mine.write_text(Path(ROOT / "config/judges/compare.jinja").read_text() + "\n")
        with pytest.raises(ConfigError, match="changed since planning"):
            verify(settings, run, FAST)
        assert server.requests == 0


def test_elsewhere_the_files_of_the_verdicts_are_missed_by_name(run, run_dmlr, tmp_path):
    run = dataclasses.replace(run, shards=[Path("00000.jsonl")])
    with JudgeServer("500", "500") as server:
        verify(told(server, code=fingerprint("verify")), run, FAST)
    (tmp_path / "else").mkdir()
    done = run_dmlr("verify", "--only-failed", run.verdicts.parent, cwd=tmp_path / "else")
    (line,) = done.stderr.splitlines()
    assert "00000.jsonl: must be there, as it was when" in line
    assert line.endswith("change into the directory of that workflow")


def test_verdicts_of_other_code_are_not_patched(run):
    with JudgeServer("500", "500") as server:
        verify(told(server), run, FAST)
    with pytest.raises(ConfigError, match="the code has changed since it was made; run snakemake"):
        again(run.verdicts.parent, {})
