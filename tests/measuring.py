"""A shard of the embedded benchmark with its predictions, made by the stages before the measures."""

from pathlib import Path

import pytest
import yaml

from dmlr import config, settings
from dmlr.cli import main
from dmlr.datasets.prepare import prepare
from dmlr.datasets.shard import read_shard
from dmlr.datasets.told import PrepareSettings
from dmlr.merged import configuration
from dmlr.methods.reason import ShardFiles, reason
from dmlr.records import Prediction, TraceStep, read_records
from dmlr.vlm.features import features
from tests.project import SMALL

# What an answer took, which differs from run to run.
MEASURED = {
    "prefill_seconds", "intermediate_seconds", "optimise_seconds", "decode_seconds", "batch_rows",
    "peak_memory_bytes",
}  # fmt: skip


def main_of(arguments, code=0):
    """Run a subcommand in this process, which imports torch but once."""
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in arguments])
    assert ended.value.code == code


def journal_of(predictions):
    """The journal behind a shard's predictions; None before it begins."""
    return next((predictions.parent / "journal").glob("*.jsonl"), None)


def answered(predictions):
    """What a shard's predictions and traces say, but what it took."""
    traces = predictions.with_name(predictions.name.replace("predictions", "traces"))
    return [
        record.model_dump(exclude=MEASURED)
        for path, kind in ((predictions, Prediction), (traces, TraceStep))
        for record in read_records(path, kind)
    ]


class Shard:
    """Seven samples, and the model that ships with dmlr."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, folder / "store"
        own = folder / "small.yaml"
        own.write_text(yaml.safe_dump(SMALL | {"shard_size": 7}))
        self.experiment = config.load(*configuration([own]))
        told = config.prepare_settings(self.experiment, "shapes")
        prepare(config.parse(PrepareSettings, told, stage="prepare"), folder / "benchmark")
        self.shard, self.manifest = folder / "benchmark/shards/00000.jsonl", folder / "00000.json"
        told = config.features_settings(self.experiment, "shapes-1m")
        parsed = config.parse(settings.FeaturesSettings, told, stage="features")
        features(parsed, self.store, {self.shard: self.manifest})
        self.samples = read_shard(self.shard)
        self.pictures = folder / "benchmark/images"

    def key(self, profile: str) -> settings.RunKey:
        return settings.RunKey(benchmark="shapes", model="shapes-1m", profile=profile, seed=42)

    def answer(self, profile: str) -> tuple[Path, Path]:
        """The predictions and traces of a profile."""
        told = config.reason_settings(self.experiment, self.key(profile))
        kinds = ("predictions", "traces")
        paths = [self.folder / f"{profile}/00000.{kind}.parquet" for kind in kinds]
        files = ShardFiles(self.store, self.shard, self.manifest, *paths)
        reason(config.parse(settings.ReasonSettings, told, stage="reason"), [files])
        return paths[0], paths[1]

    @property
    def read(self) -> list[str | Path]:
        """What every measure is told to read."""
        return ["--shard", self.shard, "--manifest", self.manifest, "--store", self.store]

    def features(self, store: Path, manifest: Path) -> list[str | Path]:
        """The command line of the stage features."""
        told = config.features_settings(self.experiment, "shapes-1m")
        return [
            "features",
            "--settings",
            told,
            "--shard",
            self.shard,
            "--store",
            store,
            "--out",
            manifest,
        ]

    def reason(self, profile: str, predictions: Path) -> list[str | Path]:
        """The command line of the stage reason, which answers one sample after the other."""
        told = config.reason_settings(self.experiment, self.key(profile))
        traces = predictions.with_name(predictions.name.replace("predictions", "traces"))
        written = ["--predictions", predictions, "--traces", traces, "--batch-size", "1"]
        return ["reason", "--settings", told, *self.read, *written]

    def chains(self, predictions: Path, out: Path) -> list[str | Path]:
        """The command line of the stage chains."""
        told = config.chains_settings(self.experiment, "shapes-1m")
        measured = ["--predictions", predictions, "--out", out, "--batch-size", "1"]
        return ["chains", "--settings", told, *self.read, *measured]

    def attention(self, baseline: Path, traces: Path, out: Path) -> list[str | Path]:
        """The command line of the stage attention."""
        told = config.attention_settings(self.experiment, self.key("dmlr-paper"))
        files = ["--baseline", baseline, "--traces", traces, "--out", out]
        files += ["--embeddings", out.with_name("embeddings.parquet")]
        return ["attention", "--settings", told, *self.read, *files]
