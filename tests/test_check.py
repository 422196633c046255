"""``dmlr check`` as a user runs it: what is changed by hand is found, with its place and both values."""

import hashlib
import shutil
import subprocess

import duckdb
import pyarrow.parquet as pq
import pytest

from dmlr.check.database import compare_databases
from dmlr.check.difference import DifferenceError
from dmlr.check.files import compare_folders
from dmlr.records import Verdict, read_provenance, read_records, write_records
from tests.finished import finished
from tests.judge_server import JudgeServer, Say

RUN = "shapes/shapes-1m/vanilla/seed-42"
PAPER = f"results/verdicts/paper/{RUN}.parquet"
ASKS = f"results/verdicts/asks/{RUN}.parquet"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished project with a judge, whose server has gone."""
    folder = tmp_path_factory.mktemp("finished")
    with JudgeServer("ok", "500", Say("Who knows?")) as server:
        judge = {"model": "judge", "base_url": server.url, "prompt": "config/judges/compare.jinja"}
        finished(
            folder,
            {
                "protocols": ["paper", "extracted", "asks"],
                "judge_catalog": {"tester": {**judge, "concurrency": 1}},
                "protocol_catalog": {
                    "asks": {"rules": "boxed", "judge": "tester", "ask": "always"}
                },
            },
        )
    return folder


@pytest.fixture
def folder(made, tmp_path):
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def check(folder, run_dmlr):
    """Run it in the folder, which it leaves as it is, and return the process."""

    def run():
        before = digests(folder)
        done = run_dmlr("check", "--configfile", "small.yaml", cwd=folder)
        assert digests(folder) == before
        assert "Traceback" not in done.stderr
        return done

    return run


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def change(folder, path, place, **fields):
    """Change one stored verdict."""
    path = folder / path
    verdicts, told = read_records(path, Verdict), read_provenance(path, Verdict)
    verdicts[place] = verdicts[place].model_copy(update=fields)
    write_records(path, Verdict, verdicts, told)


def replace(folder, path, old, new):
    text = (folder / path).read_text()
    assert old in text
    (folder / path).write_text(text.replace(old, new, 1))


def refused(done):
    """The one line that it ends with."""
    assert done.returncode == 1
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("dmlr: error: "))
    return line.removeprefix("dmlr: error: ")


def test_what_is_as_it_was_made_comes_out_again(check):
    done = check()
    assert done.returncode == 0, done.stderr
    found = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    # Two runs of seven samples with one label set, under three protocols.
    assert found["verdicts"] == "42 of 2 runs"
    assert found["reports"] == "5 files"
    assert found["figures"] == "the data of 0"
    assert done.stdout.endswith("every number comes out of the stored records\n")


def test_a_changed_verdict_is_found_in_its_file(folder, check):
    change(folder, PAPER, 2, verdict="wrong", score=0)
    assert refused(check()) == (
        f"{PAPER}, sample 'shapes/000002', labels 'official': verdict must be 'correct', got 'wrong'; "
        "remove the file and run snakemake again"
    )
