"""A sample that cannot be answered is recorded, counted and tried again; the others are not touched."""

import csv
import json
import shutil

import pytest

from dmlr.records import Prediction, read_records
from tests.project import Project

RUN = "results/runs/shapes/shapes-1m/vanilla/seed-42"


@pytest.fixture
def project(tmp_path, finished_workflow):
    """Prepared and with features; vanilla has answered nothing yet."""
    made = Project(tmp_path, like=finished_workflow)
    made.configure({"profiles": ["vanilla"]})
    shutil.rmtree(tmp_path / RUN)
    shutil.rmtree(tmp_path / "results/cache")  # or what is lost below would come back from it
    return made


def vanilla_row(project):
    with (project.folder / "results/tables/accuracy.csv").open() as file:
        return next(row for row in csv.DictReader(file) if row["category"] == "all")


def predictions(project):
    paths = sorted((project.folder / RUN).glob("*.predictions.parquet"))
    return [p for path in paths for p in read_records(path, Prediction)]


def test_lost_features_without_their_picture_fail_their_samples_and_the_next_run_tries_them_again(
    project,
):
    manifest = json.loads(
        (project.folder / "results/features/shapes-1m/shapes/00000.json").read_text()
    )
    sha256, name = min(manifest["features"].items())
    (project.folder / "results/features/store" / name).unlink()
    (picture,) = (project.folder / "results/benchmarks/shapes/images").glob(f"{sha256}.*")
    whole = picture.read_bytes()
    picture.write_bytes(whole + b"\0")
    project.succeed("tables")
    failed = [p for p in predictions(project) if p.status == "failed"]
    assert 1 <= len(failed) <= 2  # one picture belongs to up to two samples
    assert "image must be the one that was prepared" in failed[0].error
    row = vanilla_row(project)
    assert (row["samples"], row["failed"]) == ("7", str(len(failed)))
    assert int(row["n"]) + int(row["unparsed"]) == 7 - len(failed)
    assert float(row["floor"]) < float(row["ceiling"])

    picture.write_bytes(whole)
    done = project.succeed("tables")
    assert done["reason"] == 1
    assert [p.status for p in predictions(project)] == ["ok"] * 7
    assert vanilla_row(project)["failed"] == "0"
    logs = [path.read_text() for path in project.folder.glob("logs/reason/**/*.log")]
    already = [f"{s} samples, {s - len(failed)} already in the journal" for s in (3, 4)]
    assert any(line in log for log in logs for line in already)
    assert project.succeed("tables") == {}
