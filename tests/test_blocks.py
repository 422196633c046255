"""Several shards in one job: the model is loaded once, and nothing else changes."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from dmlr import config, settings
from dmlr.cli import main
from dmlr.datasets.prepare import prepare
from dmlr.datasets.shard import read_shard, write_shard
from dmlr.datasets.told import PrepareSettings
from dmlr.merged import configuration
from dmlr.records import Prediction, TraceStep, read_provenance, read_records
from tests.project import SMALL, Project

DMLR = Path(sys.executable).with_name("dmlr")
SHARDS = ["00000", "00001", "00002", "00003"]  # of two samples, and the last of one
SECONDS = {"prefill_seconds", "optimise_seconds", "decode_seconds", "peak_memory_bytes"}
RUN = settings.RunKey(benchmark="shapes", model="shapes-1m", profile="dmlr-paper", seed=42)
LOADED = "loaded in"  # what a job says that loads the model


class Jobs:
    """The stages on blocks of shards, in this process, which imports torch but once."""

    def __init__(self, folder):
        self.folder, own = folder, folder / "small.yaml"
        own.write_text(yaml.safe_dump(SMALL | {"shard_size": 2}))
        self.experiment = config.load(*configuration([own]))
        told = config.prepare_settings(self.experiment, "shapes")
        prepare(config.parse(PrepareSettings, told, stage="prepare"), folder / "benchmark")

    def shard(self, name):
        return self.folder / f"benchmark/shards/{name}.jsonl"

    def features(self, block):
        told = config.features_settings(self.experiment, "shapes-1m")
        files = each(block, shard=self.shard, out=lambda name: self.folder / f"{name}.json")
        run("features", "--settings", told, "--store", self.folder / "store", *files)

    def reason(self, folder, block):
        run(*self.reasoning(folder, block))

    def reasoning(self, folder, block):
        """The command line of the stage reason."""
        told = config.reason_settings(self.experiment, RUN)
        files = each(
            block,
            shard=self.shard,
            manifest=lambda name: self.folder / f"{name}.json",
            predictions=lambda name: folder / f"{name}.predictions.parquet",
            traces=lambda name: folder / f"{name}.traces.parquet",
        )
        return ["reason", "--settings", told, "--store", self.folder / "store", *files]

    def chains(self, predictions, folder, block):
        told = config.chains_settings(self.experiment, "shapes-1m")
        files = each(
            block,
            shard=self.shard,
            manifest=lambda name: self.folder / f"{name}.json",
            predictions=lambda name: predictions / f"{name}.predictions.parquet",
            out=lambda name: folder / f"{name}.chains.parquet",
        )
        run("chains", "--settings", told, "--store", self.folder / "store", *files)


def each(block, **options):
    return [
        word for option, path in options.items() for name in block for word in (f"--{option}", path(name))
    ]  # fmt: skip


def machine(folder, monkeypatch, *uuids):
    """A machine with GPUs, which no torch can use; each job says which one it was given."""
    listed = "".join(f"{number}, {uuid}, 81559 MiB\n" for number, uuid in enumerate(uuids))
    smi = folder / "bin/nvidia-smi"
    smi.parent.mkdir()
    smi.write_text(f"#!/bin/sh\ncat <<'END'\n{listed}END\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{smi.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("DMLR_LEASES", str(folder / "leases"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def run(*arguments, code=0):
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in arguments])
    assert ended.value.code == code


def records(folder):
    """Everything but what a clock or the memory says, with where it came from."""
    found = {}
    for name in SHARDS:
        for kind, ending in ((Prediction, "predictions"), (TraceStep, "traces")):
            path = folder / f"{name}.{ending}.parquet"
            rows = [record.model_dump(exclude=SECONDS) for record in read_records(path, kind)]
            found[path.name] = (rows, read_provenance(path, kind))
    return found


def texts(found):
    return [row.get("text") for rows, _ in found.values() for row in rows]


def journal(folder, name):
    found = list(folder.glob(f"journal/{name}.*.jsonl"))
    return found[0].read_bytes().splitlines(keepends=True) if found else []


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    made = Jobs(tmp_path_factory.mktemp("jobs"))
    made.features(SHARDS)
    return made


@pytest.fixture(scope="module")
def alone(jobs):
    """The records of a job for each shard."""
    for name in SHARDS:
        jobs.reason(jobs.folder / "alone", [name])
    return records(jobs.folder / "alone")


@pytest.mark.parametrize("size", [2, 4])
def test_a_job_of_several_shards_loads_once_and_writes_what_jobs_of_one_write(
    jobs, alone, tmp_path, capfd, size
):
    for block in config.blocks(SHARDS, size):
        capfd.readouterr()
        jobs.reason(tmp_path, block)
        assert capfd.readouterr().err.count(LOADED) == 1
    assert records(tmp_path) == alone


def test_one_changed_question_in_a_block_answers_one_sample(jobs, alone, tmp_path, capfd):
    jobs.reason(tmp_path, SHARDS)
    shard = jobs.shard("00002")
    before = shard.read_bytes()
    first, second = read_shard(shard)
    capfd.readouterr()
    try:
        write_shard(shard, [first.model_copy(update={"question": "Is it?"}), second])
        jobs.reason(tmp_path, SHARDS)
    finally:
        shard.write_bytes(before)
    said = capfd.readouterr().err
    assert said.count(LOADED) == 1
    assert said.count("2 samples, 2 already in the journal") == 2
    assert said.count("2 samples, 1 already in the journal") == 1
    assert said.count("1 samples, 1 already in the journal") == 1
    found = records(tmp_path)
    kept = [name for name in found if not name.startswith("00002")]
    assert [found[name] for name in kept] == [alone[name] for name in kept]


def test_other_blocks_compute_nothing_again_and_load_no_model(jobs, alone, capfd):
    folder = jobs.folder / "alone"
    capfd.readouterr()
    for size in (3, 4, 1):
        for block in config.blocks(SHARDS, size):
            jobs.reason(folder, block)
            jobs.features(block)
    said = capfd.readouterr().err
    assert LOADED not in said
    assert "vision tower ran 0 times" in said
    assert records(folder) == alone


def test_a_job_killed_in_its_second_shard_goes_on_there(jobs, alone, tmp_path, capfd):
    command = [DMLR, *jobs.reasoning(tmp_path, SHARDS), "--batch-size", "1"]
    process = subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL)
    while len(journal(tmp_path, "00001")) < 2:  # its head, and one of two samples
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    before = {name: journal(tmp_path, name) for name in SHARDS[:2]}
    capfd.readouterr()
    jobs.reason(tmp_path, SHARDS)
    assert f"{tmp_path}/00000: 2 samples, 2 already in the journal" in capfd.readouterr().err
    for name, lines in before.items():
        after = journal(tmp_path, name)
        whole = [line for line in lines if line.endswith(b"\n")]
        assert after[: len(whole)] == whole
        assert len(after) == 3
    assert texts(records(tmp_path)) == texts(alone)


def test_chains_of_a_block_load_once_and_equal_those_of_single_shards(jobs, alone, tmp_path, capfd):
    for name in SHARDS:
        jobs.chains(jobs.folder / "alone", tmp_path / "single", [name])
    capfd.readouterr()
    jobs.chains(jobs.folder / "alone", tmp_path / "block", SHARDS)
    assert capfd.readouterr().err.count(LOADED) == 1
    for name in SHARDS:
        path = f"{name}.chains.parquet"
        assert (tmp_path / "block" / path).read_bytes() == (tmp_path / "single" / path).read_bytes()


def test_a_broken_picture_of_the_last_shard_stops_a_job_before_anything_is_loaded(tmp_path, capfd):
    made = Jobs(tmp_path)
    picture = sorted((tmp_path / "benchmark/images").iterdir())[0]
    picture.write_bytes(b"no picture")
    told = config.features_settings(made.experiment, "shapes-1m")
    files = each(SHARDS, shard=made.shard, out=lambda name: tmp_path / f"{name}.json")
    run("features", "--settings", told, "--store", tmp_path / "store", *files, code=1)
    said = capfd.readouterr().err
    assert f"dmlr: error: {picture}: image is not a readable picture" in said
    assert LOADED not in said
    assert not list(tmp_path.glob("0000*.json"))


def test_an_option_given_too_rarely_is_named(jobs, capfd):
    told = config.reason_settings(jobs.experiment, RUN)
    files = each(SHARDS[:2], shard=jobs.shard, manifest=jobs.shard, predictions=jobs.shard)
    run("reason", "--settings", told, "--store", "s", *files, "--traces", "t", code=1)
    assert (
        "dmlr: error: --traces: must be given once for each --shard, that is 2 times, got 1"
        in capfd.readouterr().err
    )


@pytest.mark.slow  # the workflow's jobs, each of which imports torch
def test_the_workflow_makes_a_job_for_each_block_and_another_size_answers_nothing_again(
    tmp_path, monkeypatch
):
    machine(tmp_path, monkeypatch, "GPU-aaaa", "GPU-bbbb")
    project = Project(tmp_path)
    project.configure({"shards_per_job": 2})
    assert project.succeed("reasoning", "--resources", "gpu=2") == {
        "prepare_shapes": 1, "features_of_shard": 1, "reason": 2, "reasoning": 1,
    }  # fmt: skip
    logs = [path.read_text() for path in tmp_path.glob("logs/reason/**/*.log")]
    assert sorted(re.findall(r"cannot use the GPU (\S+):", "".join(logs))) == [
        "GPU-aaaa",
        "GPU-bbbb",
    ]
    paths = sorted(tmp_path.glob("results/runs/**/*.parquet"))
    before = [path.read_bytes() for path in paths]
    assert len(before) == 8
    project.configure({"shards_per_job": 1})
    assert project.succeed("reasoning")["reason"] == 4
    logs = [path.read_text() for path in tmp_path.glob("logs/reason/**/*.log")]
    assert len(logs) == 4
    assert not any(LOADED in log for log in logs)
    assert [path.read_bytes() for path in paths] == before
