"""Stage chains: measure the replies of shards by token and by step (the paper's Figures 2 to 4)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dmlr.cache.finished import Finished
from dmlr.datasets.shard import read_shard
from dmlr.devices.gpus import Gpus
from dmlr.files import digest
from dmlr.measures.chain import PROMPT, Written, measure
from dmlr.measures.failures import note_failures
from dmlr.measures.gold import gold_of
from dmlr.measures.replies import read_replies
from dmlr.measures.told import ChainsSettings
from dmlr.methods.answer import Question
from dmlr.methods.batching import NEW_TOKENS, batch_size, in_batches
from dmlr.methods.isolation import isolated, reason_of
from dmlr.methods.journal import Journal, Keep
from dmlr.provenance import machine
from dmlr.records import Chain, Prediction, Sample, write_records
from dmlr.settings import Vanilla
from dmlr.vlm.device import best_device, device_name
from dmlr.vlm.features import read_manifest
from dmlr.vlm.load import digests, load
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.stored_features import StoredFeatures
from dmlr.wording import asked

# How the replies are read, which is also what a batch of them takes.
READ_AS = Vanilla(method="vanilla", prompt=PROMPT, max_new_tokens=NEW_TOKENS)


@dataclass(frozen=True)
class ChainFiles:
    """Files of one shard: what is read (first four) and what is written."""

    store: Path
    shard: Path
    manifest: Path
    predictions: Path
    chains: Path


def chains(
    settings: ChainsSettings,
    shards: Sequence[ChainFiles],
    *,
    batch: int | None = None,
    gpus: Gpus | None = None,
    shared: Path | None = None,
) -> None:
    """Measure every reply that its shard's journal lacks, and write each shard's records.

    The model is loaded once, for the first reply that is missing.

    Args:
        settings: what determines the numbers.
        shards: files of each shard.
        batch: replies at once, a matter of speed alone; None: as many as fit.
        gpus: of the job.
        shared: folder of the cache, to take finished samples from and to add them to; None: none.

    Raises:
        RecordError: a file is damaged, or the predictions are not the shard's.
    """
    model = digests(settings.model)
    produced = {**settings.model_dump(exclude={"files"}), **model, "device": best_device()}
    finished = Finished.of(shared, "chains", produced, device_name())
    loaded = cache(lambda: load(settings.model, gpus=gpus))
    for files in shards:
        features = read_manifest(files.manifest, model)
        _measure(settings, files, features, produced, finished, loaded, batch)


def _measure(
    settings: ChainsSettings,
    files: ChainFiles,
    features: dict[str, str],
    produced: dict[str, Any],
    finished: Finished | None,
    loaded: Callable[[], VisionLanguageModel],
    batch: int | None,
) -> None:
    samples = read_shard(files.shard)
    replies = read_replies(files.predictions, samples)
    folder, shard = files.chains.parent, files.shard.stem
    with Journal.opened(
        folder / "journal", f"{shard}.chains", digest(produced), Chain, finished
    ) as journal:
        keys = {s.sample_id: _key(s, features, replies[s.sample_id]) for s in samples}
        paths = {sha256: files.store / name for sha256, name in features.items()}
        stored = StoredFeatures(settings.model, paths, files.shard.parent.parent / "images")

        def work(missing: set[str], keep: Keep[Chain]) -> None:
            measuring = Measuring(loaded(), settings, stored, replies)
            measuring.measure([s for s in samples if s.sample_id in missing], keep, batch=batch)

        found = journal.completed(f"chains {folder}/{shard}", keys, work)
        write_records(files.chains, Chain, found, {**produced, **machine()})
        tried = [chain for chain in found if replies[chain.sample_id].status == "ok"]
        failed = {chain.sample_id: chain.error for chain in tried if chain.is_failed()}
        note_failures(files.chains, failed)


class Measuring:
    """One model, the replies of a shard, and where the samples' features are."""

    def __init__(
        self,
        vlm: VisionLanguageModel,
        settings: ChainsSettings,
        features: StoredFeatures,
        replies: Mapping[str, Prediction],
    ) -> None:
        """Args: the model, what it is told, the features, per sample its reply."""
        self.vlm, self.settings, self.features, self.replies = vlm, settings, features, replies

    def measure(self, samples: Sequence[Sample], keep: Keep[Chain], *, batch: int | None) -> None:
        """Measure replies and hand each chain over as soon as its batch is done."""
        limit = self.settings.model.max_image_tokens
        size = batch_size(self.vlm, READ_AS, image_tokens=limit, wanted=batch)
        in_batches(samples, size, self._batch, keep)

    def _batch(self, samples: Sequence[Sample]) -> list[Chain]:
        """Measure together; a reply that was never made has nothing to be measured."""
        made = [s for s in samples if self.replies[s.sample_id].status == "ok"]
        found = {chain.sample_id: chain for chain in isolated(made, self._together, _failed)}
        return [found.get(s.sample_id) or self._unanswered(s.sample_id) for s in samples]

    def _together(self, samples: Sequence[Sample]) -> list[Chain]:
        written = [self._written(sample) for sample in samples]
        return measure(self.vlm, written, self.settings.perturbed)

    def _written(self, sample: Sample) -> Written:
        image = self.features.read(self.vlm, sample.image)
        question = Question(sample.sample_id, *asked(sample), [image])
        return Written(question, self.replies[sample.sample_id].text, gold_of(sample))

    def _unanswered(self, sample_id: str) -> Chain:
        error = f"the prediction failed: {self.replies[sample_id].error}"
        return Chain(sample_id=sample_id, status="failed", error=error)


def _failed(sample: Sample, error: Exception) -> Chain:
    reason = reason_of(sample.sample_id, error)
    return Chain(sample_id=sample.sample_id, status="failed", error=reason)


def _key(sample: Sample, features: Mapping[str, str], reply: Prediction) -> str:
    """Digest of everything of a sample that its chain depends on."""
    gold = gold_of(sample)
    content: Any = [sample.sample_id, *asked(sample), features[sample.image.sha256]]
    return digest([*content, gold and [gold.labels, gold.text], reply.status, reply.text])
