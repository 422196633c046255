"""The lock, the conda environment, the image and the package agree."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text().splitlines()
PINS = {canonicalize_name(name): version for name, version in (line.split("==") for line in LOCK)}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
IMAGE = (ROOT / "Containerfile").read_text()


def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text())


def test_conda_environment_has_the_pins_of_the_lock():
    assert conda()["dependencies"][-1]["pip"] == LOCK


def test_every_dependency_is_locked_to_one_version_and_no_address_is_named():
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in LOCK)
    assert len(PINS) == len(LOCK)


def test_the_lock_satisfies_what_the_package_asks_for():
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, wanted):
        version = PINS[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement}: {version} is locked"


def test_the_image_installs_the_lock_and_nothing_else():
    installed = re.findall(r"^RUN pip install --no-cache-dir (.*)$", IMAGE, re.M)
    assert installed == ["--requirement requirements.lock", "--no-deps --editable ."]


def test_image_and_conda_environment_have_the_same_python_which_the_package_allows():
    (image,) = re.findall(r"^FROM python:([\d.]+)-slim$", IMAGE, re.M)
    assert f"python={image}" in conda()["dependencies"]
    assert SpecifierSet(PROJECT["requires-python"]).contains(image)


def test_the_image_runs_as_a_user_who_is_not_root_and_downloads_nothing():
    *_, user = re.findall(r"^USER (.*)$", IMAGE, re.M)
    assert int(user) > 0
    assert re.search(r"^ENV .*\bHF_HUB_OFFLINE=1\b", IMAGE, re.M)


def test_every_rule_that_runs_something_names_the_environment():
    for path in (ROOT / "workflow/rules").glob("*.smk"):
        text = path.read_text()
        named = re.findall(r'^ *conda:\n *"(.*)"$', text, re.M)
        assert len(named) == len(re.findall(r"^ *shell:$", text, re.M)), path
        for name in named:
            assert (path.parent / name).resolve() == ROOT / "environment.yml"
