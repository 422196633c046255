"""What would run and why, how long it takes and what it needs: nothing is started."""

import json
from pathlib import Path

import pytest
import yaml

from dmlr.plan.plan import plan, text
from dmlr.plan.reasons import why
from dmlr.records import Prediction, write_records
from tests.project import Project

BEFORE = '{"code":"e9","files":{"config.json":"fa"},"profile":{"sigma":0.1,"steps":2},"seed":42}'


def changed(now, before=BEFORE, rest=""):
    """The sentence of snakemake 9.27 about changed params."""
    told = "Params have changed since last execution: Union of exclusive params before and now across all output"
    return f"{told}: before: {before!r} now: {now!r} {rest}"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Missing output files: a, b; Input files updated by another job: c", "not made yet"),
        ("Input files updated by another job: c", "follows from jobs above"),
        ("Set of input files has changed since last execution", "other input files"),
        ("Updated input files: a", "an input file changed"),
        ("Code has changed since last execution", "the rule changed"),
        ("Forced execution", "forced"),
        (changed(BEFORE.replace('"steps":2', '"steps":3')), "profile.steps 2 -> 3"),
        (changed(BEFORE.replace("e9", "f0")), "the stage's code changed"),
        (changed(BEFORE.replace('"fa"', '"fb"')), "files changed"),
        (
            changed(BEFORE.replace("0.1", "0.2"), rest="; Software environment definition has changed"),
            "profile.sigma 0.1 -> 0.2",
        ),
        (
            changed('{"a":2,"b":2,"c":2,"d":2,"e":2}', '{"a":1,"b":1,"c":1,"d":1,"e":1}'),
            "a 1 -> 2, b 1 -> 2, c 1 -> 2 and 2 more",
        ),
        (changed("attempts: 1", "attempts: 0"), "tries again what failed"),
        ("Something that a later snakemake says", "Something that a later snakemake says"),
    ],
)  # fmt: skip
def test_a_reason_in_a_few_words(reason, words):
    assert why(reason) == words


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("plan"))


@pytest.fixture
def rows(project, monkeypatch):
    """The plan of the project with some changes: its lines, blank-free."""
    monkeypatch.chdir(project.folder)

    def rows(changes, *targets):
        project.configure(changes)
        found = text(plan([Path("small.yaml")], targets, 1))
        return [line.strip("| ") for line in found.splitlines()]

    return rows


def bench(path):
    step = {"milliseconds": 1.0, "passes": 2, "decode_steps": 2.0}
    told = {
        "conditions": {
            "model": "shapes-1m", "random_weights": True, "parameters": 1, "dtype": "float32",
            "device": "H100", "threads": 1, "prefix_tokens": 1, "new_tokens": 64, "repeats": 3, "machine": {},
        },
        "image_encoding_ms": 1.0,
        "batches": [
            {"batch": batch, "prefill_ms": 1.0, "decode_step_ms": 1.0, "joint": step, "joint_over_plain": 1.0,
             "paper": step, "peak_bytes": 1,
             "end_to_end": {"vanilla_samples_per_second": rate, "dmlr_samples_per_second": rate / 8,
                            "time_ratio": 1.0, "floor": 1.0}}
            for batch, rate in ((1, 2.0), (8, 4.0))
        ],
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told))


def test_before_anything_ran_the_bench_tells_the_time(project, rows):
    bench(project.folder / "results/bench/h100.json")
    found = rows({"profiles": ["vanilla", "dmlr-paper", "ccot"]})
    assert found[0] == "jobs: 14"
    assert set(found[4:10]) == {
        "prepare_shapes | 1 | not made yet",
        "features_of_shard | 2 | not made yet",
        "reason | 6 | not made yet",
        "verify | 3 | not made yet",
        "aggregate | 1 | not made yet",
        "report | 1 | not made yet",
    }
    start = next(place for place, line in enumerate(found) if line.startswith("answers: "))
    # 7 at 4 a second, 7 at 0.5 a second; no bench measures ccot
    assert found[start] == "answers: 21, which take one device 15.8 s, and what nobody has measured"
    assert found[start + 4 : start + 7] == [
        "shapes-1m | vanilla | 7 | 0 | 7 | 0.25 | 1.8 s | bench/h100.json (64 tokens, batch 8, H100)",
        "shapes-1m | dmlr-paper | 7 | 0 | 7 | 2.00 | 14.0 s | bench/h100.json (64 tokens, batch 8, H100)",
        "shapes-1m | ccot | 7 | 0 | 7 | unknown | unknown | nothing: dmlr bench --out results/bench/NAME.json "
        "measures vanilla and dmlr-paper",
    ]
    # 60 s are 30 samples of 2 s, in shards of 4
    assert found[start + 8] == (
        "jobs of up to 1 min: shards_per_job: 7, 1 now (by the slowest, shapes-1m, dmlr-paper: 2.00 s a "
        "sample; shards of 4)"
    )
    assert found[start + 10].startswith("disk: answers unknown, features at most 1.0 MiB; ")
    assert found[-1] == "judges: none, so nothing costs anything"
    assert not (project.folder / "results/benchmarks").exists()


def test_answers_that_are_there_tell_the_time_better(project, rows):
    said = [
        Prediction(sample_id=f"s/{n}", status="ok", decode_seconds=3.0, device="H200")
        for n in range(4)
    ]
    path = project.folder / "results/runs/shapes/shapes-1m/vanilla/seed-7/00000.predictions.parquet"
    write_records(path, Prediction, said, {})
    found = rows(
        {"seeds": [42, 7], "profiles": ["vanilla"], "flips_against": "vanilla"}, "reasoning"
    )
    (row,) = [line for line in found if line.startswith("shapes-1m | vanilla")]
    # seed 7 lacks its traces, so its shard is answered again
    assert row == "shapes-1m | vanilla | 14 | 0 | 14 | 3.00 | 42.0 s | its answers elsewhere on H200; " \
        "its own answers on H200"  # fmt: skip
    assert not any(line.startswith("verify") for line in found)


def test_what_runs_again_is_named_with_the_change_and_without_what_journals_hold(
    tmp_path, finished_workflow, monkeypatch
):
    project = Project(tmp_path, like=finished_workflow)
    project.configure({"profile_catalog": {"dmlr-paper": {"steps": 3}}})
    folder = tmp_path / "results/runs/shapes/shapes-1m/vanilla/seed-42"
    (folder / "00000.predictions.parquet").unlink()
    journal = next((folder / "journal").glob("00000.*.jsonl"))
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    monkeypatch.chdir(tmp_path)
    found = text(plan([Path("small.yaml")], [], 30))
    assert "| reason | 3 | 2 profile.steps 2 -> 3; 1 not made yet |" in found
    assert "| verify | 2 | follows from jobs above |" in found
    assert "| shapes-1m | vanilla | 4 | 3 | 1 | " in found
    assert "| shapes-1m | dmlr-paper | 7 | 0 | 7 | " in found
    assert " | its own answers on cpu" in found
    assert "MiB, features at most 0.0 MiB; " in found


def test_what_snakemake_refuses_is_one_line(project, run_dmlr):
    project.configure({})
    done = run_dmlr("plan", "resoning", "--configfile", "small.yaml", cwd=project.folder)
    assert done.returncode == 1
    assert done.stderr.startswith("dmlr: error: snakemake cannot plan this: ")
    assert "resoning" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fault_of_the_configuration_is_told_before_snakemake_starts(tmp_path, run_dmlr):
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"shard_size": 0}))
    done = run_dmlr("plan", "--configfile", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "dmlr: error: mine.yaml: shard_size must be greater than or equal to 1, got 0\n"
    )
