"""The lock, the conda environment and the package agree."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text().splitlines()


def test_conda_environment_has_the_pins_of_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["dependencies"][-1]["pip"] == LOCK


def test_every_dependency_is_locked_to_one_version_and_no_address_is_named():
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in LOCK)
    locked = {re.split("==", line)[0].lower().replace("_", "-") for line in LOCK}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split("[=<>]", name)[0].lower().replace("_", "-") for name in wanted}
    assert names <= locked
