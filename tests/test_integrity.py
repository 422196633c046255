"""A prediction depends on nothing but its sample: shards, workers and interruptions change no byte of it."""

import json
import os
import signal

import pytest

from tests.measuring import answered
from tests.project import Project
from tests.test_kill import (
    RUN,
    journal_lines,
    reason_processes,
    run_in_background,
    wait_for_samples,
)

# One batch for all: rewards of another batch differ in their last digits.
ONE_RUN = {"profiles": ["dmlr-paper"], "baseline": "dmlr-paper", "batch_size": 1}


def made(folder, shards, workers, *, killed):
    """What all shards of the run say, as bytes."""
    project = Project(folder)
    project.cores = workers
    project.configure(ONE_RUN | {"shard_size": -(-7 // shards)})
    if killed:
        with run_in_background(project) as process:
            wait_for_samples(project, process, 2)
            os.killpg(process.pid, signal.SIGKILL)
        for job in reason_processes(project):
            job.kill()
        assert 0 < len(journal_lines(project)) - 1 < 7
        assert project.run("--unlock").returncode == 0
    project.succeed("reasoning")
    found = sorted((project.folder / RUN).glob("*.predictions.parquet"))
    assert len(found) == shards
    rows = [row for path in found for row in answered(path)]
    return [json.dumps(row).encode() for row in sorted(rows, key=lambda row: row["sample_id"])]


@pytest.mark.slow  # 15 jobs that import torch
@pytest.mark.parametrize(
    ("shards", "workers", "killed"),
    [(3, 2, False), (7, 2, False), (3, 1, True)],
    ids=["3 shards", "7 shards", "resumed, 1 worker"],
)
def test_predictions_are_equal_byte_for_byte(whole, tmp_path, shards, workers, killed):
    assert len(whole) == 7 * (1 + 2)  # predictions, and the steps of each
    assert made(tmp_path, shards, workers, killed=killed) == whole


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Of one shard, by one worker, at one go."""
    return made(tmp_path_factory.mktemp("whole"), 1, 1, killed=False)
