"""The workflow on a real SLURM, through sbatch: jobs that are cancelled, killed and requeued change no answer."""

import json
import re
import signal
import subprocess
import time
from dataclasses import dataclass

import psutil
import pytest

from dmlr.records import Prediction, TraceStep, read_records
from tests.cluster import Cluster, cluster, job_of
from tests.project import Project

pytestmark = pytest.mark.slow

STEPS = 60
# Three jobs of two shards for each of two profiles; dmlr-paper takes so many steps that something can be done to a job
# between its first sample and its last, seconds later.
EXPERIMENT = {
    "benchmark_catalog": {"shapes": {"samples": 12}},
    "shard_size": 2,
    "shards_per_job": 2,
    "batch_size": 1,
    "profile_catalog": {"dmlr-paper": {"steps": STEPS}},
    "figures": ["figure10"],
    "measures": {"attention": ["dmlr-paper"]},
}
RUN = "results/runs/shapes/shapes-1m/dmlr-paper/seed-42"
CANCELLED, KILLED, REQUEUED = (
    ("00000", "00001"),
    ("00002", "00003"),
    ("00004", "00005"),
)  # shards of three jobs
Shards = tuple[str, ...]
PROFILE = [
    "--profile", "workflow/profiles/slurm",
    "--default-resources", "slurm_account=test", "slurm_partition=work",
    "--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "10",
]  # fmt: skip
MEASURED = {
    "peak_memory_bytes",
    *(f"{phase}_seconds" for phase in ("prefill", "intermediate", "optimise", "decode")),
}


@dataclass(frozen=True)
class Interrupted:
    """A job that something was done to: its number, its GPU, and the samples it had finished."""

    job: str
    device: str
    samples: list[bytes]


@dataclass(frozen=True)
class Finished:
    """A workflow that ran to its end in spite of all."""

    project: Project
    cluster: Cluster
    output: str
    interrupted: dict[Shards, Interrupted]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("project"))
    project.configure(EXPERIMENT)
    with cluster() as slurm:
        output = project.folder / "output.txt"
        environment = {**project.environment, "PATH": f"{slurm.path}:{project.environment['PATH']}"}
        command = [*project.command(*PROFILE)]
        with output.open("w") as log:
            process = subprocess.Popen(
                command, cwd=project.folder, env=environment, stdout=log, stderr=log
            )
            try:
                interrupted = interrupt(project, slurm, process)
                assert process.wait() == 0, output.read_text()[-5000:]
            finally:
                process.kill()
        yield Finished(project, slurm, output.read_text(), interrupted)


def interrupt(project, slurm, process):
    """Once each has a sample: cancel the first job, kill the second one's process, requeue the third."""
    done = {
        CANCELLED: lambda job, _: slurm.ask("scancel", job),
        KILLED: lambda _, one: one.send_signal(signal.SIGKILL),
        REQUEUED: lambda job, _: slurm.ask("scontrol", "requeue", job),
    }
    interrupted = {}
    while len(interrupted) < len(done):
        assert process.poll() is None, (project.folder / "output.txt").read_text()[-5000:]
        for shards in done.keys() - interrupted.keys():
            if samples(project, shards):
                one = answering(project, shards)
                job, device = job_of(one), one.environ()["CUDA_VISIBLE_DEVICES"]
                done[shards](job, one)
                psutil.wait_procs([one])
                interrupted[shards] = Interrupted(job, device, samples(project, shards))
        time.sleep(0.02)
    return interrupted


def answering(project, shards):
    """The process that answers shards of dmlr-paper."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        mine = "reason" in words and f"{RUN}/{shards[0]}.predictions.parquet" in words
        if mine and process.cwd() == str(project.folder):
            return process
    raise AssertionError(f"nobody answers {shards}")


def samples(project, shards):
    """The journals of some shards without their heads: a whole line for each finished sample."""
    folder = project.folder / RUN / "journal"
    journals = [path for shard in shards for path in folder.glob(f"{shard}.*.jsonl")]
    lines = [line for path in journals for line in path.read_bytes().splitlines(True)[1:]]
    return [line for line in lines if line.endswith(b"\n")]


def answers(project):
    """Every prediction and step of every run as text, but for what was measured."""
    found = {}
    for path in sorted(project.folder.glob("results/runs/*/*/*/*/*.parquet")):
        kind = Prediction if ".predictions." in path.name else TraceStep
        lines = found.setdefault((path.parent.relative_to(project.folder), kind), [])
        lines += [one.model_dump_json(exclude=MEASURED) for one in read_records(path, kind)]
    return found


def test_predictions_equal_those_of_a_local_run_byte_for_byte(finished, tmp_path):
    local = Project(tmp_path)
    local.configure({**EXPERIMENT, "shard_size": 12})
    local.succeed("reasoning")
    expected = answers(local)
    assert sorted(len(lines) for lines in expected.values()) == [0, 12, 12, 12 * STEPS]
    assert answers(finished.project) == expected


def test_only_what_needs_the_model_is_submitted_with_a_gpu_account_and_partition(finished):
    jobs = finished.cluster.jobs()
    rules = {re.match("rule_([a-z]+)", job["comment"])[1] for job in jobs}
    assert rules == {"features", "reason", "attention"}
    assert {(job["account"], job["partition"]) for job in jobs} == {("test", "work")}
    assert all("gres/gpu=1," in job["alloctres"] for job in jobs if job["state"] == "COMPLETED")
    assert {one.device for one in finished.interrupted.values()} <= {"0", "1", "2", "3"}


@pytest.mark.parametrize(("shards", "state"), [(CANCELLED, "CANCELLED by 0"), (KILLED, "FAILED")])
def test_a_cancelled_or_killed_job_comes_again_as_a_new_one(finished, shards, state):
    jobs = finished.cluster.jobs()
    first = next(job for job in jobs if job["jobid"] == finished.interrupted[shards].job)
    states = [job["state"] for job in jobs if job["comment"] == first["comment"]]
    assert states == [state, "COMPLETED"]
    assert "Trying to restart job" in finished.output


def test_a_requeued_job_comes_again_under_its_number(finished):
    job = finished.interrupted[REQUEUED].job
    states = [one["state"] for one in finished.cluster.jobs() if one["jobid"] == job]
    assert states == ["REQUEUED", "COMPLETED"]
    assert finished.output.count(f"SLURM jobid {job} ") == 1


@pytest.mark.parametrize("shards", [CANCELLED, KILLED, REQUEUED])
def test_it_goes_on_from_its_journal(finished, shards):
    before, after = finished.interrupted[shards].samples, samples(finished.project, shards)
    assert 1 <= len(before) < 4, "some samples were finished and some were not"
    assert after[: len(before)] == before
    keys = [json.loads(line)["key"] for line in after]
    assert len(keys) == len(set(keys)) == 4


def test_failed_jobs_leave_their_logs_and_no_traceback(finished):
    logs = list((finished.project.folder / "logs/slurm").rglob("*.log"))
    assert {log.stem for log in logs} == {
        finished.interrupted[shards].job for shards in (CANCELLED, KILLED)
    }
    for log in logs:
        assert "Traceback" not in log.read_text()
