"""A newcomer types the commands of the released README, on the embedded model: the flags as they stand there."""

import re
import signal
import subprocess
import sys

import psutil
import pytest

from tests.released_data import FILE, README, SCRIPT
from tests.test_eval import Evaluation

pytestmark = (
    pytest.mark.slow
)  # 2,048 tokens of babble, and five runs; the flags have quick tests of their own

WHERE = f"--dataset {FILE} --model_name_or_path embedded:shapes-1m --output_dir output"


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    return Evaluation(tmp_path_factory.mktemp("newcomer"), "output")


def test_the_command_of_the_readme_prints_the_score_and_leaves_the_released_files(evaluation):
    said, found = evaluation.succeed(f"{WHERE} {README}")
    assert [entry["data_idx"] for entry in found["entries"]] == [0, 1, 2, 3, 4]
    assert evaluation.logs == [f"reward_steps_{number:06d}.csv" for number in range(5)]
    assert "--min_pixels: not given, so 128 as the released README says" in said
    folder = evaluation.folder.resolve()
    assert re.search(
        rf"^eval {folder}/output/results.json: \d right of 5 scored \(\d+\.\d %\), 0 without a score$",
        said,
        re.M,
    )


def test_its_configuration_is_the_same_experiment_for_snakemake(evaluation):
    command = [sys.executable, "-m", "snakemake", "verdicts", "--cores", "1", "--dry-run"]
    done = subprocess.run(
        [*command, "--configfile", "output/config.yaml"],
        cwd=evaluation.folder,
        env=evaluation.project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_the_released_script_runs_the_profile_of_the_catalog(evaluation):
    flags = f"{WHERE} {SCRIPT}".replace("--use_llm_verify", "")  # no judge here
    said, found = evaluation.succeed(flags)
    assert "the released README says" not in said
    assert [entry["data_idx"] for entry in found["entries"]] == [0, 1, 2, 3]
    assert found["args"]["settings"]["profile"]["patches_max"] == 16
    runs = evaluation.folder / "results/runs/eval-scienceqa/shapes-1m-128-256"
    assert (runs / "dmlr-released-2025-12/seed-42/00000.predictions.parquet").is_file()
    log = (evaluation.folder / "output/reward_logs/reward_steps_000000.csv").read_text()
    assert log.splitlines()[1].split(",")[4] == "2"  # one patch behind each of two think tokens


def test_sigterm_ends_the_workflow_and_its_jobs_and_leaves_no_lock(evaluation):
    """As a scheduler or a user sends it, to the one process that was started."""
    with evaluation.started(f"{WHERE} {README} --seed 1") as process:
        workflow = psutil.Process(process.pid)
        for line in process.stdout:
            if re.search(r"^reason .*: 5 samples, 0 already", line):
                jobs = workflow.children(recursive=True)
                process.send_signal(signal.SIGTERM)
                break
        said = process.stdout.read()
    assert process.returncode == 143
    assert said.splitlines()[-1] == (
        "dmlr: ended by SIGTERM; run the same again: what was finished is kept"
    )
    assert len(jobs) > 2
    _, left = psutil.wait_procs(jobs, timeout=120)  # a job ends what it is computing
    assert all(job.status() == psutil.STATUS_ZOMBIE for job in left)
    assert not list(evaluation.folder.glob(".snakemake/locks/*"))
