"""Preparing a benchmark's entry in a folder of a test, and reading what comes of it."""

import json
from pathlib import Path
from typing import NamedTuple

from dmlr.datasets.entry import Source
from dmlr.datasets.prepare import prepare
from dmlr.datasets.told import PrepareSettings
from dmlr.provenance import fingerprint
from dmlr.records import Sample, read_records

NAME, SHARD = "own", 4  # what the benchmark is called; samples per shard


class Prepared(NamedTuple):
    """A prepared benchmark: its folder, and its samples by the ids of their source."""

    folder: Path
    samples: dict[str, Sample]

    def content(self, name):
        """The stored bytes of a sample's picture."""
        return (self.folder / "images" / self.samples[name].image.file).read_bytes()

    @property
    def audit(self):
        return json.loads((self.folder / "audit.json").read_text())


def told(entry, shard_size=SHARD):
    """What the stage is told about an entry that says how many samples it has."""
    return PrepareSettings(
        code=fingerprint("prepare"),
        name=NAME,
        benchmark=Source.model_validate(entry),
        files={},
        shards=[f"{i:05d}" for i in range(-(-entry["samples"] // shard_size))],
        shard_size=shard_size,
    )


def read(folder):
    """What a folder holds after the stage."""
    found = read_records(folder / "samples.parquet", Sample)
    return Prepared(folder, {sample.sample_id.removeprefix(f"{NAME}/"): sample for sample in found})


def prepare_entry(entry, folder):
    """Run the stage in this process."""
    prepare(told(entry), folder)
    return read(folder)
