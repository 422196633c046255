"""A bare results.json, of the authors' code or of ours, is scored again and keeps its layout."""

import json

import pytest

from dmlr.store.released import write_released
from tests.test_exports import database

QUESTION = "Hint: choose.\nQuestion: Which angle?\nChoices:\n(A) 30°\n(B) 145°\n(C) 60°"
# What the authors' code writes: the whole solution as ground_truth.
ENTRIES = [
    ("so \\boxed{B}", "B. 145°", True),
    ("so \\boxed{(C) 60°}", "B. 145°", True),  # marked right by somebody's judge
    ("The correct answer is B.", "B. 145°", False),
    ("It could be A or B.", "B. 145°", False),
    ("so \\boxed{A}", "", False),
]


def entry(place, text, solution, right):
    return {
        "data_idx": place,
        "question": QUESTION,
        "image_path": f"dataset/math_vista/images/{place + 1}.jpg",
        "sys_prompt": "Think.",
        "prompt": "Solve.",
        "model_output": text,
        "answer": text,
        "ground_truth": solution,
        "ground_truth_text": solution.partition(". ")[2],
        "is_correct": right,
        "best_reward": 0.25,
        "best_reward_step": 3,
        "stop_reason": "stop",
    }


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "results.json"
    content = {
        "model": "some/model", "dataset": "math_vista", "accuracy": 0.4, "correct": 2, "total": 5,
        "config": {"lr": 0.005}, "args": {"seed": 42},
        "entries": [entry(place, *fields) for place, fields in enumerate(ENTRIES)],
    }  # fmt: skip
    path.write_text(json.dumps(content))
    return path


def rescored(run_dmlr, file, *arguments):
    done = run_dmlr("verify", "--verify_only", file, *arguments, cwd=file.parent)
    assert done.returncode == 0, done.stderr
    return done.stderr, json.loads(file.read_text())


@pytest.mark.parametrize(
    ("protocol", "right"),
    [
        ("paper", [True, False, None, None, None]),
        ("extracted", [True, False, True, None, None]),
        # The released rules hold "B" against "B. 145°", and the whole reply where there is no box.
        ("released-2025-12", [False, False, False, False, None]),
        ("released-2026-03", [True, False, False, False, None]),
    ],
)
def test_a_file_of_the_authors_code_is_scored_under_any_protocol(run_dmlr, file, protocol, right):
    before = json.loads(file.read_text())
    said, after = rescored(run_dmlr, file, "--protocol", protocol)
    assert [one["is_correct"] for one in after["entries"]] == right
    scored = [one for one in right if one is not None]
    assert (after["correct"], after["total"]) == (scored.count(True), 5)
    assert after["accuracy"] == pytest.approx(scored.count(True) / len(scored))
    assert f"{scored.count(True)} of {len(scored)} scored" in said
    assert after["args"] == {"seed": 42, "protocol": protocol, "loader": "mathvista"}
    for old, new in zip(before["entries"], after["entries"], strict=True):
        changed = {name for name in old if old[name] != new[name]}
        assert list(new) == list(old)
        assert changed <= {"answer", "is_correct"}


def test_another_place_leaves_the_file_alone(run_dmlr, file):
    before = file.read_bytes()
    out = file.with_name("again.json")
    done = run_dmlr("verify", "--verify-only", file, "--out", out, cwd=file.parent)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == before
    assert json.loads(out.read_text())["args"]["protocol"] == "paper"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda told: told.pop("entries"), "must be an object with a list `entries`"),
        (
            lambda told: told["entries"][2].update(model_output=None),
            "entries[2].model_output must be text, got None",
        ),
    ],
)
def test_what_is_no_such_file_is_one_line(run_dmlr, file, change, line):
    told = json.loads(file.read_text())
    change(told)
    file.write_text(json.dumps(told))
    done = run_dmlr("verify", "--verify-only", file, cwd=file.parent)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert line in done.stderr


def test_an_unknown_protocol_is_one_line_with_the_known_ones(run_dmlr, file):
    done = run_dmlr("verify", "--verify-only", file, "--protocol", "mine", cwd=file.parent)
    (line,) = done.stderr.splitlines()
    assert line.startswith("dmlr: error: --protocol: must be one of paper, extracted, official,")
    assert line.endswith("got 'mine'")


def test_a_use_must_be_named(run_dmlr):
    for arguments in ((), ("--only-failed", "a", "--verify-only", "b")):
        (line,) = run_dmlr("verify", *arguments).stderr.splitlines()
        assert line == (
            "dmlr: error: verify: needs one of --settings, --only-failed FOLDER, --verify-only FILE"
        )


@pytest.mark.parametrize("rules", ["boxed", "extracted", "released-2025-12", "released-2026-03"])
def test_an_export_of_ours_is_scored_as_the_run_was(run_dmlr, tmp_path, rules):
    """The stage compares with the gold that it has, the file with the gold that the export wrote."""
    with database(tmp_path, "released", rules) as opened:
        write_released(opened, "own--m--vanilla--seed-3", "paper", tmp_path / "export")
    path = tmp_path / "export/results.json"
    before = [entry["is_correct"] for entry in json.loads(path.read_text())["entries"]]
    names = {"boxed": "paper"}
    told = ("--protocol", names.get(rules, rules), "--loader", "json")
    done = run_dmlr("verify", "--verify-only", path, *told, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    after = json.loads(path.read_text())
    assert [entry["is_correct"] for entry in after["entries"]] == before
    assert set(before) == ({None, False} if rules == "released-2025-12" else {None, True})


def test_half_a_character_is_no_traceback(run_dmlr, file):
    text = file.read_text().replace("It could be A or B.", "\\ud800 \\\\boxed{B}")
    file.write_text(text)
    _, after = rescored(run_dmlr, file)
    assert [one["is_correct"] for one in after["entries"]] == [True, False, None, True, None]


def test_options_of_another_use_are_refused(run_dmlr, file):
    done = run_dmlr("verify", "--verify-only", file, "--shard", "a", cwd=file.parent)
    (line,) = done.stderr.splitlines()
    assert line == "dmlr: error: --shard: does not go with --verify-only; leave it out"
