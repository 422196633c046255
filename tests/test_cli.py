"""Faults as a user meets them: exit code 1, one line, no traceback."""

import json
import shutil

import pytest

from dmlr.config import fingerprint
from dmlr.datasets.entry import Shapes
from dmlr.datasets.told import PrepareSettings
from dmlr.settings import FeaturesSettings
from tests.tiny import model_settings


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory):
    from dmlr.datasets.prepare import prepare

    folder = tmp_path_factory.mktemp("benchmarks") / "shapes"
    entry = Shapes(loader="shapes", split="test", samples=6, seed=7)
    told = PrepareSettings(
        code=fingerprint("prepare"),
        name="shapes",
        benchmark=entry,
        files={},
        shards=["00000"],
        shard_size=6,
    )
    prepare(told, folder)
    return folder


@pytest.fixture
def features(run_dmlr, benchmark, tmp_path):
    """Run the features stage on a copy of the benchmark that a test may damage."""
    copy = shutil.copytree(benchmark, tmp_path / "shapes")

    def run(checkpoint):
        told = FeaturesSettings(
            code=fingerprint("features"),
            model=model_settings(str(checkpoint)),
            files={},
            packages={},
        )
        return run_dmlr(
            "features", "--settings", told.model_dump_json(),
            "--shard", copy / "shards/00000.jsonl",
            "--store", tmp_path / "store", "--out", tmp_path / "manifest.json",
        )  # fmt: skip

    run.images = copy / "images"
    run.manifest = tmp_path / "manifest.json"
    run.store = tmp_path / "store"
    return run


def error_lines(done):
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("dmlr: error: ")]


def test_a_wrong_checkpoint_directory(features, tmp_path):
    (line,) = error_lines(features(tmp_path / "nowhere"))
    assert (
        line
        == f"dmlr: error: {tmp_path}/nowhere: must be a checkpoint directory, found nothing there"
    )


def test_missing_and_broken_images_are_all_listed_and_nothing_looks_finished(features, checkpoint):
    first, second, *_ = sorted(features.images.iterdir())
    first.unlink()
    second.write_bytes(second.read_bytes()[:200])
    lines = sorted(error_lines(features(checkpoint)))
    assert len(lines) == 2
    assert lines[0].startswith(
        f"dmlr: error: {first}: image is missing; remove its benchmark's folder"
    )
    assert lines[1].startswith(f"dmlr: error: {second}: image is not a readable picture")
    assert not features.manifest.exists()


def test_features_are_computed_once_and_kept(features, checkpoint):
    assert "3 images, vision tower ran 3 times, 0 kept" in features(checkpoint).stderr
    stored = {path.name: path.read_bytes() for path in features.store.glob("*.safetensors")}
    assert (
        len(stored) == len(set(json.loads(features.manifest.read_text())["features"].values())) == 3
    )
    assert "3 images, vision tower ran 0 times, 3 kept" in features(checkpoint).stderr
    assert {p.name: p.read_bytes() for p in features.store.glob("*.safetensors")} == stored


def test_settings_with_unknown_keys_and_missing_ones_are_one_line_each(run_dmlr, tmp_path):
    told = (
        '{"code": "x", "loader": "json", "packages": {}, '
        '"protocol": {"rules": "boxed", "tolerance": 1}, "color": 2}'
    )
    done = run_dmlr(
        "verify", "--settings", told, "--shard", "a", "--predictions", "b", "--out", "c"
    )
    assert error_lines(done) == [
        "dmlr: error: --settings: protocol.tolerance is not a known key; remove it, or see "
        "workflow/schemas/ for the known ones",
        "dmlr: error: --settings: color is not a known key; remove it, or see workflow/schemas/ "
        "for the known ones",
    ]


def test_settings_planned_with_other_code(run_dmlr):
    told = (
        '{"code": "0000000000000000", "loader": "json", "packages": {}, '
        '"protocol": {"rules": "boxed"}}'
    )
    done = run_dmlr(
        "verify", "--settings", told, "--shard", "a", "--predictions", "b", "--out", "c"
    )
    (line,) = error_lines(done)
    assert f"code must be {fingerprint('verify')}" in line
    assert "got 0000000000000000: it changed while the workflow ran; start snakemake again" in line


def test_help_names_every_stage(run_dmlr):
    text = run_dmlr("--help").stdout
    for stage in ("prepare", "features", "reason", "verify", "aggregate", "report"):
        assert stage in text
