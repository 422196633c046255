"""What ends or doubles the workflow inside the reason stage: nothing finished is lost or redone."""

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

import psutil
import pytest

from dmlr.records import Prediction, read_records
from tests.project import Project

RUN = "results/runs/shapes/shapes-1m/dmlr-paper/seed-42"
ONE_RUN = {"profiles": ["dmlr-paper"], "baseline": "dmlr-paper", "shard_size": 7, "batch_size": 1,
           "profile_catalog": {"dmlr-paper": {"steps": 15}}}  # fmt: skip


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """A project whose run nobody interrupts."""
    project = Project(tmp_path_factory.mktemp("whole"))
    project.configure(ONE_RUN)
    project.succeed("reasoning")
    return project


@pytest.fixture
def finished(uninterrupted):
    """Its predictions."""
    return texts(uninterrupted)


@pytest.fixture
def started(tmp_path, uninterrupted):
    """A project with features whose snakemake runs in the background."""
    project = Project(tmp_path, like=uninterrupted.folder)
    shutil.rmtree(project.folder / RUN)
    with run_in_background(project) as process:
        yield project, process


@contextmanager
def run_in_background(project):
    """snakemake in a session of its own, which is waited for."""
    with (project.folder / "output.txt").open("w") as output:
        process = subprocess.Popen(
            project.command("reasoning"),
            cwd=project.folder,
            env=project.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        yield process
    process.wait()


def texts(project):
    path = project.folder / RUN / "00000.predictions.parquet"
    return [(p.sample_id, p.text, p.best_reward) for p in read_records(path, Prediction)]


def journal_lines(project):
    found = list((project.folder / RUN / "journal").glob("*.jsonl"))
    return found[0].read_bytes().splitlines(keepends=True) if found else []


def wait_for_samples(project, process, count):
    while len(journal_lines(project)) < count + 1:
        assert process.poll() is None, (project.folder / "output.txt").read_text()[-3000:]
        time.sleep(0.01)


def reason_processes(project):
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if "reason" in (process.info["cmdline"] or []) and process.cwd() == str(project.folder)
    ]


def assert_nothing_lost_nothing_twice(project, before, finished):
    after = journal_lines(project)
    whole = [line for line in before if line.endswith(b"\n")]
    assert after[: len(whole)] == whole
    keys = [json.loads(line)["key"] for line in after[1:]]
    assert len(keys) == len(set(keys)) == 7
    assert texts(project) == finished


@pytest.mark.slow  # the journal's part is in the next test too
def test_a_killed_job_goes_on_where_it_was(started, finished):
    project, process = started
    wait_for_samples(project, process, 2)
    for job in reason_processes(project):
        job.kill()
    assert process.wait() == 1
    before = journal_lines(project)
    assert not (project.folder / RUN / "00000.predictions.parquet").exists()
    assert project.succeed("reasoning") == {"reason": 1, "reasoning": 1}
    assert_nothing_lost_nothing_twice(project, before, finished)


def test_after_kill_9_of_everything_one_line_goes_on(started, finished):
    project, process = started
    wait_for_samples(project, process, 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for job in reason_processes(project):
        job.kill()
    before = journal_lines(project)
    assert "Directory cannot be locked" in project.run("reasoning").stdout
    # The documented line: snakemake --unlock, then the same command again.
    assert project.run("--unlock").returncode == 0
    project.succeed("reasoning")
    assert_nothing_lost_nothing_twice(project, before, finished)


@pytest.mark.slow  # each takes a run of snakemake; test_faults.py has the job alone
def test_sigterm_of_everything_loses_nothing_and_the_same_line_goes_on(started, finished):
    project, process = started
    wait_for_samples(project, process, 2)
    os.killpg(process.pid, signal.SIGTERM)  # as a scheduler does, 30 seconds before its SIGKILL
    assert process.wait() != 0
    _, left = psutil.wait_procs(reason_processes(project), timeout=30)
    assert not left
    assert "Traceback" not in (project.folder / "output.txt").read_text()
    before = journal_lines(project)
    project.succeed("reasoning")
    assert_nothing_lost_nothing_twice(project, before, finished)


@pytest.mark.slow
def test_a_second_snakemake_is_refused_and_one_that_unlocked_doubles_nothing(started, finished):
    project, process = started
    wait_for_samples(project, process, 1)
    second = project.run("reasoning")
    assert second.returncode == 1
    assert "Directory cannot be locked" in second.stdout
    assert "--unlock" in second.stdout
    assert process.poll() is None
    # A user who takes the lock for a stale one.
    assert project.run("--unlock").returncode == 0
    before = journal_lines(project)
    project.succeed("reasoning")
    process.wait()
    assert_nothing_lost_nothing_twice(project, before, finished)


@pytest.mark.slow  # half a minute for an orphan; that a lock is waited for has tests of its own
def test_after_kill_9_of_snakemake_alone_its_orphan_is_waited_for(started, finished):
    project, process = started
    wait_for_samples(project, process, 1)
    process.kill()
    process.wait()
    assert reason_processes(project), "the orphan works on"
    before = journal_lines(project)
    assert project.run("--unlock").returncode == 0
    project.succeed("reasoning")
    assert_nothing_lost_nothing_twice(project, before, finished)
