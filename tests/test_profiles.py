"""The profiles for a cluster and for a machine with GPUs are read, together with the one that is always there."""

import re

import pytest

from tests.project import Project

LAB = ["--default-resources", "slurm_account=vision", "slurm_partition=gpu"]


@pytest.mark.parametrize(("name", "more", "expected"), [
    ("gpu", [], {"gpu=1"}),
    ("slurm", LAB, {"gpu=1", "slurm_account=vision", "slurm_partition=gpu"}),
])  # fmt: skip
def test_a_profile_plans_the_jobs_that_use_the_model(tmp_path, name, more, expected):
    project = Project(tmp_path)
    told = project.run("reasoning", "--dry-run", "--profile", f"workflow/profiles/{name}", *more)
    assert told.returncode == 0, told.stdout[-3000:]
    both = f"Using profiles workflow/profiles/{name} and workflow specific profile profiles/default"
    assert both in told.stdout
    asked = re.findall(r"^rule reason_.*?^    resources: (.*?)$", told.stdout, re.M | re.S)
    assert len(asked) == 4
    assert all(expected <= set(resources.split(", ")) for resources in asked)
