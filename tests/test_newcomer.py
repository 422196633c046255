"""A newcomer's first session, command by command, on a copy of the project: what is typed and what appears."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import Project

pytestmark = pytest.mark.slow  # a dozen processes, some of which import torch: 30 s of a CPU
FILES = ("--configfile", "small.yaml")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("newcomer"))


@pytest.fixture
def dmlr(project):
    """Type a command; the lines that it prints, their blanks made one."""

    def dmlr(*words, code=0):
        done = subprocess.run(
            [str(Path(sys.executable).with_name("dmlr")), *words],
            cwd=project.folder, env=project.environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return [" ".join(line.split()) for line in done.stdout.splitlines()]

    return dmlr


def rows(lines, *begins):
    return [line.strip("| ") for line in lines if line.strip("| ").startswith(begins)]


def test_the_session(project, dmlr, finished_workflow):
    checked = dmlr("doctor", *FILES)
    assert not rows(checked, "fault")
    assert "ok model shapes-1m embedded:shapes-1m: 5.8 MiB of weights, complete" in checked

    planned = dmlr("plan", *FILES)
    assert planned[0] == "jobs: 11"
    assert rows(planned, "answers") == [
        "answers: 14, which take one device 0.0 s, and what nobody has measured"
    ]
    assert rows(dmlr("status", *FILES), "reason") == ["reason samples 0 14"]

    Project(project.folder, like=finished_workflow)  # snakemake --cores 2 --configfile small.yaml

    watched = dmlr("status", "--watch", "--all", *FILES)
    assert rows(watched, "reason", "verify", "report") == [
        "reason samples 14 14", "verify runs 2 2", "report files 1 1",
    ]  # fmt: skip
    assert rows(watched, "shapes/") == [
        "shapes/shapes-1m/vanilla/seed-42 7 7", "shapes/shapes-1m/dmlr-paper/seed-42 7 7",
    ]  # fmt: skip
    assert (
        dmlr("plan", *FILES)[0] == "jobs: none, since all is there, of these settings and this code"
    )

    picture = next((project.folder / "results/benchmarks/shapes/images").iterdir())
    said = dmlr(
        "answer", "--image", str(picture), "--question", "How many orange objects are there?",
        "--option", "0", "--option", "2", "--set", "steps=1", "--set", "max_new_tokens=60",
    )  # fmt: skip
    assert "<think>" in said[0]

    compared = dmlr("compare", "vanilla", "dmlr-paper")
    assert compared[0] == "A: shapes--shapes-1m--vanilla--seed-42"
    assert "A less B: " in compared[4]


def test_pages_are_deleted_and_made_again(project, dmlr):
    sizes = dmlr("clean", "report", "tables", "--yes")
    assert [line.split()[0] for line in sizes] == ["report", "tables", "deleted"]
    assert not (project.folder / "results/dmlr.duckdb").exists()
    assert "aggregate | 1 | not made yet" in rows(dmlr("plan", *FILES), "aggregate")
