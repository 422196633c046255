"""Stage reason: answer the samples of one shard with one profile of one method."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmlr.datasets.shard import read_shard
from dmlr.files import digest
from dmlr.methods import dmlr, vanilla
from dmlr.methods.answer import Answer
from dmlr.methods.failures import note_failures
from dmlr.methods.journal import Journal
from dmlr.progress import progress, say
from dmlr.provenance import machine
from dmlr.records import Prediction, Sample, TraceStep, write_records
from dmlr.settings import ReasonSettings
from dmlr.vlm.features import read_features, read_manifest
from dmlr.vlm.load import device_name, digests, load
from dmlr.vlm.qwen2_5_vl import Qwen25VL

METHODS: dict[str, Callable[..., Answer]] = {"vanilla": vanilla.answer, "dmlr": dmlr.answer}


@dataclass(frozen=True)
class ShardFiles:
    """Files of one shard: what is read (first three) and what is written."""

    shard: Path
    manifest: Path
    store: Path
    predictions: Path
    traces: Path


def reason(settings: ReasonSettings, files: ShardFiles) -> None:
    """Answer every sample of the shard that its journal lacks, then write the shard's records."""
    samples = read_shard(files.shard)
    model = digests(settings.model)
    features = read_manifest(files.manifest, model)
    produced = {**settings.model_dump(exclude={"files"}), **model, "device": device_name()}
    folder = files.predictions.parent / "journal"
    with Journal.opened(folder, files.shard.stem, digest(produced)) as journal:
        keys = {s.sample_id: _key(s, features[s.image.sha256]) for s in samples}
        pending = [s for s in samples if keys[s.sample_id] not in journal.answers]
        _answer_all(settings, files, samples, pending, keys, features, journal)
        answers = [journal.answers[keys[sample.sample_id]] for sample in samples]
        _write(files, answers, {**produced, **machine()})


def _write(files: ShardFiles, answers: list[Answer], provenance: dict[str, Any]) -> None:
    predictions = [answer.prediction for answer in answers]
    traces = [step for answer in answers for step in answer.trace]
    write_records(files.traces, TraceStep, traces, provenance)
    write_records(files.predictions, Prediction, predictions, provenance)
    note_failures(files.predictions, predictions)


def _answer_all(
    settings: ReasonSettings,
    files: ShardFiles,
    samples: list[Sample],
    pending: list[Sample],
    keys: dict[str, str],
    features: dict[str, str],
    journal: Journal,
) -> None:
    done = len(samples) - len(pending)
    say(f"reason {files.predictions}: {len(samples)} samples, {done} already in the journal")
    if not pending:
        return
    vlm = load(settings.model)
    label = f"reason {files.predictions.parent}/{files.shard.stem}"
    with progress(label, len(samples), done=done) as advance:
        for sample in pending:
            path = files.store / features[sample.image.sha256]
            answer = answer_one(vlm, settings, sample, path)
            journal.add(keys[sample.sample_id], answer)
            advance()


def answer_one(vlm: Qwen25VL, settings: ReasonSettings, sample: Sample, features: Path) -> Answer:
    """Answer one sample; a fault of this one is recorded as failed and the shard goes on."""
    method = METHODS[settings.profile.method]
    try:
        image = read_features(features, vlm.device)
        return method(vlm, sample, image, settings.profile, settings.seed)
    except Exception as error:  # noqa: BLE001  (the one place that turns a fault into a record)
        say(f"{sample.sample_id}: failed\n{traceback.format_exc()}")
        failed = Prediction(
            sample_id=sample.sample_id, status="failed", error=f"{type(error).__name__}: {error}"
        )
        return Answer(failed, trace=[])


def _key(sample: Sample, features: str) -> str:
    """Digest of everything of a sample that a prediction depends on; its gold is not."""
    content: Any = [sample.sample_id, sample.question, sample.options, features]
    return digest(content)
