"""dmlr eval as a user types it: a range, the same again, a longer range, and the score alone."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.judge_server import JudgeServer
from tests.project import Project
from tests.released_data import FILE, write_shapes

SHORT = (
    f"--dataset {FILE} --model_name_or_path embedded:shapes-1m --output_dir out --device cpu "
    "--max_num_steps 2 --num_thought_tokens 2 --max_new_tokens 24 --min_pixels 4 --max_pixels 16 --verbose 0"
)
TOP = {"model", "dataset", "accuracy", "correct", "total", "config", "args", "entries"}
ENTRY = {
    "data_idx", "question", "image_path", "sys_prompt", "prompt", "model_output", "answer", "ground_truth",
    "ground_truth_text", "is_correct", "best_reward", "best_reward_step", "stop_reason",
}  # fmt: skip


class Evaluation:
    """A copy of the project with a file of five rows; ``run`` types ``dmlr eval`` there."""

    def __init__(self, folder, out="out"):
        self.project, self.folder, self.out = Project(folder), folder, folder / out
        write_shapes(folder, 5)
        self.rows = json.loads((folder / FILE).read_text())

    def started(self, flags, **variables):
        """The process, with all that it says in one stream."""
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("dmlr")), "eval", *flags.split()],
            cwd=self.folder,
            env={**self.project.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, flags, **variables):
        """What it said, and its exit code."""
        with self.started(flags, **variables) as process:
            said, _ = process.communicate()
        return said, process.returncode

    def succeed(self, flags, **variables):
        """Run it; what it said, and the results that it left."""
        said, code = self.run(flags, **variables)
        assert code == 0, said[-3000:]
        return said, json.loads((self.out / "results.json").read_text())

    @property
    def logs(self):
        return sorted(path.name for path in (self.out / "reward_logs").iterdir())


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    return Evaluation(tmp_path_factory.mktemp("eval"))


@pytest.fixture(scope="module")
def first(evaluation):
    return evaluation.succeed(f"{SHORT} --start_data_idx 1 --end_data_idx 3")


def test_a_range_is_exactly_its_rows_by_their_numbers_in_the_file(evaluation, first):
    _, found = first
    assert set(found) == TOP
    assert all(set(entry) == ENTRY for entry in found["entries"])
    for entry, number in zip(found["entries"], (1, 2), strict=True):
        row = evaluation.rows[number]
        assert entry["data_idx"] == number
        assert entry["question"] == row["prompt"]
        assert entry["image_path"] == row["image_path"]
        assert entry["ground_truth"] == row["solution"]
    assert evaluation.logs == ["reward_steps_000001.csv", "reward_steps_000002.csv"]


def test_results_say_what_was_typed_and_what_it_came_to(evaluation, first):
    said, found = first
    assert (found["model"], found["dataset"]) == ("embedded:shapes-1m", FILE)
    assert found["config"] == {
        "max_new_tokens": 24, "solver_prompt_idx": 0, "min_pixels": 4, "max_pixels": 16,
    }  # fmt: skip
    args = found["args"]
    assert (args["start_data_idx"], args["sigma"], args["protocol"]) == (
        1,
        20.0,
        "released-2025-12",
    )
    assert args["settings"]["profile"]["think_tokens"] == 2
    right = sum(entry["is_correct"] for entry in found["entries"])
    assert (found["correct"], found["total"], found["accuracy"]) == (right, 2, right / 2)
    line = f"out/results.json: {right} right of 2 scored ({50 * right:.1f} %), 0 without a score"
    assert said.splitlines()[-1].endswith(line)


def test_reward_logs_have_the_released_columns_and_a_row_for_each_step(evaluation, first):
    with (evaluation.folder / "out/reward_logs/reward_steps_000001.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "step",
        "reward",
        "sigma",
        "is_new_best",
        "patch_count",
        "patch_budget",
    ]
    assert [row["step"] for row in rows] == ["0", "1"]
    assert [row["sigma"] for row in rows] == ["19.0", "18.05"]  # after the decay, as there
    assert [row["patch_budget"] for row in rows] == ["-1", "-1"]  # no limit
    best = max(float(row["reward"]) for row in rows)
    assert first[1]["entries"][0]["best_reward"] == best


def test_the_users_own_database_is_left_alone(evaluation, first):
    assert not (evaluation.folder / "results/dmlr.duckdb").exists()


def test_the_same_command_again_answers_nothing(evaluation, first):
    (records,) = evaluation.folder.glob("results/runs/**/*.predictions.parquet")
    before = records.stat().st_mtime_ns
    said, found = evaluation.succeed(f"{SHORT} --start_data_idx 1 --end_data_idx 3 --resume")
    assert "reason results" not in said
    assert records.stat().st_mtime_ns == before
    assert found["entries"] == first[1]["entries"]
    assert "--resume: finished samples are always taken from their journals" in said


@pytest.mark.slow  # four jobs more, three of which import torch
def test_a_longer_range_answers_only_what_is_new(evaluation, first):
    said, found = evaluation.succeed(f"{SHORT} --start_data_idx 0 --end_data_idx 4 --num_workers 2")
    assert "4 samples, 2 already in the journal" in said
    assert [entry["data_idx"] for entry in found["entries"]] == [0, 1, 2, 3]
    assert found["entries"][1:3] == first[1]["entries"]
    assert evaluation.logs == [f"reward_steps_{number:06d}.csv" for number in range(4)]


@pytest.fixture
def boxed(evaluation, first):
    """The results with a right letter in a box, a wrong one, and no change to any other file."""
    path = evaluation.folder / "out/results.json"
    before = path.read_text()
    content = json.loads(before)
    wrong, right = content["entries"][:2]
    other = "B" if wrong["ground_truth"].startswith("A") else "A"
    wrong["model_output"] = f"\\boxed{{{other}}}"
    right["model_output"] = f"\\boxed{{{right['ground_truth'][0]}}}"
    content["entries"] = [wrong, right]
    path.write_text(json.dumps(content))
    yield path
    path.write_text(before)


@pytest.mark.parametrize(
    ("state", "judged"),
    [("2025-12", [False, False]), ("2026-03", [False, True]), ("paper", [False, True])],
)
def test_verify_only_scores_what_is_there_by_the_rules_of_the_state(
    evaluation, boxed, state, judged
):
    said, found = evaluation.succeed(f"--output_dir out --verify_only --state {state}")
    assert [entry["is_correct"] for entry in found["entries"]] == judged
    assert found["args"]["protocol"] == (state if state == "paper" else f"released-{state}")
    assert "reason" not in said


def test_verify_only_asks_the_judge_that_the_released_variables_name(evaluation, boxed):
    with JudgeServer() as server:
        names = {"OPENAI_API_BASE_URL": server.url, "MODEL_TYPE": "judge"}
        _, found = evaluation.succeed("--output_dir out --verify_only --use_llm_verify", **names)
        assert server.requests == 2  # this state's judge is asked every time
        assert [body["model"] for body in server.bodies] == ["judge", "judge"]
    assert found["args"]["protocol"] == "released-2025-12-llm"
    assert all(entry["is_correct"] is not None for entry in found["entries"])


@pytest.mark.parametrize(
    ("flags", "code", "line"),
    [
        ("--sigma 1", 1, "dmlr: error: --output_dir: must be the folder that the results go to, got none"),
        ("--output_dir none --verify_only", 1, "dmlr: error: --verify_only: {folder}/none/results.json must be what a run wrote, found none; run it first"),
        ("--output_dir none", 1, "dmlr: error: --dataset: must be a JSON file with a list of {{prompt, solution, image_path}}, got None; names of benchmarks go into a configuration (README)"),
        (f"{SHORT} --sigma 0", 1, "dmlr: error: --sigma: must be greater than 0, got 0.0"),
        (f"{SHORT} --model_name_or_path nowhere", 1, "dmlr: error: {folder}/nowhere: must be a checkpoint directory, lacks config.json; complete the copy"),
        (f"{SHORT} --output_dir data/scienceqa.json", 1, "dmlr: error: --output_dir: must be a folder, got the file {folder}/data/scienceqa.json"),
        (f"{SHORT} --use_llm_verify", 1, "dmlr: error: judge released-2025-12: a judge's model must be named, got none; name it in judge_catalog, or set OPENAI_MODEL or MODEL_TYPE in the environment or .env"),
        ("--sigmas 1", 2, "dmlr eval: error: unrecognized arguments: --sigmas 1"),
        ("--sigma much", 2, "dmlr eval: error: argument --sigma: invalid float value: 'much'"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line_before_anything_runs(evaluation, flags, code, line):
    said, found = evaluation.run(flags)
    assert found == code
    assert line.format(folder=evaluation.folder.resolve()) in said.splitlines()
    assert "Traceback" not in said
    assert not (evaluation.folder / "none").exists()


def test_help_names_the_flags():
    command = [str(Path(sys.executable).with_name("dmlr")), "eval", "--help"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0
    assert "--worker_device_round_robin" in done.stdout
