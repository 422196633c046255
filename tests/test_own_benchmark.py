"""A benchmark of one's own, without a line of code: from a JSON file and pictures to features."""

import json
import re

import pytest
from PIL import Image

from tests.project import Project

COLOURS = ["red", "green", "blue"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = Project(tmp_path_factory.mktemp("own"))
    folder = made.folder / "mine"
    folder.mkdir()
    for number, colour in enumerate(COLOURS):
        Image.new("RGB", (56, 84), colour).save(folder / f"{number}.png")
    entries = [
        {"prompt": "Which?\nOptions:\nA. red\nB. blue", "solution": "A", "image_path": "0.png"},
        {"prompt": "Is it green?", "solution": "Yes", "image_path": "1.png"},
        {"prompt": "Is it red?", "solution": "No", "image_path": "1.png"},
        {"prompt": "How many?", "solution": "1", "image_path": "2.png"},
    ]
    (folder / "mine.json").write_text(json.dumps(entries))
    made.configure(
        {
            "benchmarks": ["mine"],
            "shard_size": 10,
            "benchmark_catalog": {
                "mine": {
                    "loader": "json",
                    "source": "released-json",
                    "released": "mine/mine.json",
                }
            },
        }
    )
    return made


def ran(project):
    log = (project.folder / "logs/features/shapes-1m/mine/00000.log").read_text()
    return int(re.search(r"vision tower ran (\d+) times", log)[1])


def test_a_changed_picture_is_the_only_one_that_is_encoded_again(project):
    assert project.succeed("features") == {
        "prepare_mine": 1, "features_of_shard": 1, "features": 1,
    }  # fmt: skip
    assert ran(project) == 3
    folder = project.folder / "results/benchmarks/mine"
    samples = [
        json.loads(line) for line in (folder / "shards/00000.jsonl").read_text().splitlines()
    ]
    assert [sample["sample_id"] for sample in samples] == ["mine/0", "mine/1", "mine/2", "mine/3"]
    golds = [sample["gold"]["official"] for sample in samples]
    assert [gold["letter"] or gold["text"] for gold in golds] == ["A", "Yes", "No", "1"]

    again = project.run("features")
    assert "Nothing to be done" in again.stdout

    Image.new("RGB", (56, 84), "yellow").save(project.folder / "mine/2.png")
    assert project.succeed("features") == {
        "prepare_mine": 1, "features_of_shard": 1, "features": 1,
    }  # fmt: skip
    assert ran(project) == 1


def test_a_missing_file_is_one_line_before_anything_runs(project):
    hidden = project.folder / "mine/mine.json"
    hidden.rename(project.folder / "mine/hidden.json")
    done = project.run("--dry-run", "features")
    hidden.with_name("hidden.json").rename(hidden)
    assert done.returncode == 1
    line = "benchmark_catalog.mine: mine/mine.json: must be a JSON file ([Errno 2] No such file or"
    assert [found for found in done.stdout.splitlines() if found.startswith(line)]
