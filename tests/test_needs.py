"""What jobs ask a cluster for."""

import re

import pytest

from dmlr.devices.needs import memory_mb, minutes
from tests.project import Project
from tests.tiny import model_settings


@pytest.mark.parametrize(
    ("changes", "memory", "time"),
    [
        # 8 billion numbers of 4 bytes are 32,000 MB; 200 samples of 2 + 8 * 4 s are 113 minutes.
        ({"checkpoint": "org/model", "revision": "main"}, 4000 + 40000, 15 + 113),
        ({"checkpoint": "org/model", "revision": "main", "dtype": "bfloat16"}, 4000 + 20000, 128),
        # 1,509,632 numbers are 6.0 MB; 200 samples of 2 s are 6 minutes.
        ({"checkpoint": "embedded:shapes-1m"}, 4007, 15 + 6),
    ],
)
def test_memory_and_time_follow_the_size_of_the_model(changes, memory, time):
    model = model_settings(**changes)
    assert (memory_mb(model), minutes(model, 200)) == (memory, time)


def test_a_retried_job_asks_for_more_and_nothing_is_limited_by_what_jobs_ask_for(tmp_path):
    project = Project(tmp_path)
    loop = "    for number in range("
    project.edit("dmlr/datasets/shapes.py", loop, f"    raise OSError('on purpose')\n{loop}")
    project.edit("workflow/rules/prepare.smk", "scaled(4000)", "scaled(10**9)")
    done = project.run("prepared", "--retries", "1")
    asked = re.findall(r"resources: .*?runtime=(\d+), mem_mb=(\d+)", done.stdout)
    assert asked == [("240", str(10**9)), ("480", str(2 * 10**9))]
