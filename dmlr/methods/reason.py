"""Stage reason: answer the samples of shards of one run, with one profile of one method."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dmlr.cache.finished import Finished
from dmlr.datasets.shard import origin, read_shard
from dmlr.devices.gpus import Gpus
from dmlr.files import digest
from dmlr.methods.answer import Answer
from dmlr.methods.answering import Answering
from dmlr.methods.failures import note_failures
from dmlr.methods.journal import Journal, Keep
from dmlr.methods.keys import determinants, sample_key
from dmlr.provenance import machine
from dmlr.records import Prediction, TraceStep, write_records
from dmlr.settings import ReasonSettings
from dmlr.vlm.device import best_device, device_name
from dmlr.vlm.features import read_manifest
from dmlr.vlm.load import digests, load
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.stored_features import StoredFeatures


@dataclass(frozen=True)
class ShardFiles:
    """Files of one shard: what is read (first three) and what is written."""

    store: Path
    shard: Path
    manifest: Path
    predictions: Path
    traces: Path


def reason(
    settings: ReasonSettings,
    shards: Sequence[ShardFiles],
    *,
    batch: int | None = None,
    gpus: Gpus | None = None,
    shared: Path | None = None,
) -> None:
    """Answer every sample that its shard's journal lacks, and write each shard's records.

    Shards are worked on one after the other, each as if it were alone; the model is loaded once, for
    the first sample that is missing.

    Args:
        settings: what determines the predictions.
        shards: files of each shard, of one run.
        batch: samples at once, a matter of speed alone; None: as many as fit.
        gpus: of the job.
        shared: folder of the cache, to take finished samples from and to add them to; None: none.
    """
    model = digests(settings.model)
    produced = determinants(settings, model, best_device())
    finished = Finished.of(shared, "answers", produced, device_name())
    loaded = cache(lambda: load(settings.model, gpus=gpus))
    for files in shards:
        features = read_manifest(files.manifest, model)
        _answer(settings, files, features, produced, finished, loaded, batch)


def _answer(
    settings: ReasonSettings,
    files: ShardFiles,
    features: dict[str, str],
    produced: dict[str, Any],
    finished: Finished | None,
    loaded: Callable[[], VisionLanguageModel],
    batch: int | None,
) -> None:
    samples = read_shard(files.shard)
    folder, shard = files.predictions.parent, files.shard.stem
    with Journal.opened(folder / "journal", shard, digest(produced), Answer, finished) as journal:
        keys = {s.sample_id: sample_key(s, features[s.image.sha256]) for s in samples}
        paths = {sha256: files.store / name for sha256, name in features.items()}
        stored = StoredFeatures(settings.model, paths, files.shard.parent.parent / "images")

        def work(missing: set[str], keep: Keep[Answer]) -> None:
            answering = Answering(loaded(), settings, stored)
            answering.answer([s for s in samples if s.sample_id in missing], keep, batch=batch)

        answers = journal.completed(f"reason {folder}/{shard}", keys, work)
        _write(files, answers, {**produced, **machine(), "data": origin(files.shard)})


def _write(files: ShardFiles, answers: list[Answer], provenance: dict[str, Any]) -> None:
    predictions = [answer.prediction for answer in answers]
    traces = [step for answer in answers for step in answer.trace]
    write_records(files.traces, TraceStep, traces, provenance)
    write_records(files.predictions, Prediction, predictions, provenance)
    note_failures(files.predictions, predictions)
