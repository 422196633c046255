"""Stage attention: where a few samples' think tokens look, beside the baseline's reply (Figure 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmlr.cache.finished import Finished
from dmlr.datasets.shard import read_shard
from dmlr.devices.gpus import Gpus
from dmlr.files import digest
from dmlr.latent.search import Search
from dmlr.measures.failures import note_failures
from dmlr.measures.look import Looked, reply_map, think_tokens
from dmlr.measures.replies import read_replies
from dmlr.measures.told import AttentionSettings
from dmlr.methods.answer import Question
from dmlr.methods.isolation import isolated, reason_of
from dmlr.methods.journal import Journal, Keep
from dmlr.provenance import machine
from dmlr.records import (
    AttentionMap,
    Embedding,
    Prediction,
    Sample,
    TraceStep,
    read_records,
    write_records,
)
from dmlr.vlm.device import best_device, device_name
from dmlr.vlm.features import read_manifest
from dmlr.vlm.load import digests, load
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.stored_features import StoredFeatures
from dmlr.wording import asked

SAME = 1e-3  # by which a reward in float32 may differ from that of another batch


@dataclass(frozen=True)
class AttentionFiles:
    """Files of one shard: what is read (first five) and what is written.

    ``baseline`` are the baseline's predictions, ``traces`` those of the profile that is looked at.
    """

    shard: Path
    manifest: Path
    store: Path
    baseline: Path
    traces: Path
    attention: Path
    embeddings: Path


def attention(
    settings: AttentionSettings,
    files: AttentionFiles,
    *,
    gpus: Gpus | None = None,
    shared: Path | None = None,
) -> None:
    """Look at the shard's first samples that the journal lacks, then write the records.

    Samples go one by one: they are few, and the attention of a long reply takes much memory.

    Args:
        settings: what determines the numbers.
        files: of the shard.
        gpus: of the job.
        shared: folder of the cache, to take finished samples from and to add them to; None: none.

    Raises:
        RecordError: a file is damaged, or the predictions are not the shard's.
    """
    samples = read_shard(files.shard)[: settings.samples]
    replies = read_replies(files.baseline, samples)
    model = digests(settings.model)
    features = read_manifest(files.manifest, model)
    told = settings.model_dump(exclude={"files", "samples"})
    produced = {**told, **model, "device": best_device()}
    folder, name = files.attention.parent, f"{files.shard.stem}.attention"
    finished = Finished.of(shared, "attention", produced, device_name())
    with Journal.opened(folder / "journal", name, digest(produced), Looked, finished) as journal:
        keys = {s.sample_id: _key(s, features, replies[s.sample_id]) for s in samples}
        paths = {sha256: files.store / name for sha256, name in features.items()}
        stored = StoredFeatures(settings.model, paths, files.shard.parent.parent / "images")

        def work(missing: set[str], keep: Keep[Looked]) -> None:
            vlm = load(settings.model, gpus=gpus)
            looking = Looking(vlm, settings, stored, replies, files.traces)
            for sample in samples:
                if sample.sample_id in missing:
                    keep(*isolated([sample], looking.look, _failed))

        found = journal.completed(f"attention {folder}/{files.shard.stem}", keys, work)
        produced |= machine()
        maps = [one for looked in found for one in looked.maps]
        embeddings = [one for looked in found for one in looked.embeddings]
        write_records(files.embeddings, Embedding, embeddings, produced)
        write_records(files.attention, AttentionMap, maps, produced)
        note_failures(files.attention, {f.sample_id: f.error for f in found if f.is_failed()})


class Looking:
    """One model with one profile, the baseline's replies, and where the samples' features are."""

    def __init__(
        self,
        vlm: VisionLanguageModel,
        settings: AttentionSettings,
        features: StoredFeatures,
        replies: Mapping[str, Prediction],
        traces: Path,
    ) -> None:
        """Args: the model, what it is told, the features, the replies, the run's traces."""
        self.vlm, self.settings, self.features, self.replies = vlm, settings, features, replies
        self.rewards: dict[str, list[float]] = {}
        for step in read_records(traces, TraceStep):
            self.rewards.setdefault(step.sample_id, []).append(step.candidate_reward)

    def look(self, samples: Sequence[Sample]) -> list[Looked]:
        """Look at samples, one by one.

        Raises:
            ValueError: the optimisation is not the run's.
        """
        return [self._one(sample) for sample in samples]

    def _one(self, sample: Sample) -> Looked:
        image = self.features.read(self.vlm, sample.image)
        question = Question(sample.sample_id, *asked(sample), [image])
        profile, seed = self.settings.profile, self.settings.seed
        search, maps, embeddings = think_tokens(self.vlm, question, profile, seed)
        self._check(sample.sample_id, search)
        maps += reply_map(self.vlm, question, self.replies[sample.sample_id].text)
        return Looked(sample.sample_id, maps, embeddings)

    def _check(self, sample_id: str, search: Search) -> None:
        """The rewards that drove the updates must be the run's, or this is another optimisation.

        Half types round, and a rounding that depends on the batch may choose another patch; so only
        float32 is held to it. A sample that failed in the run has no rewards to compare with.
        """
        expected = self.rewards.get(sample_id)
        if expected is None or self.settings.model.dtype != "float32":
            return
        pairs = enumerate(zip(search.history, expected, strict=True))
        wrong = [(step, *pair) for step, pair in pairs if abs(pair[0] - pair[1]) > SAME]
        if wrong:
            step, found, wanted = wrong[0]
            raise ValueError(
                f"the reward of step {step} must be the run's, {wanted:.4f}, got {found:.4f}"
            )


def _failed(sample: Sample, error: Exception) -> Looked:
    return Looked(sample.sample_id, [], [], reason_of(sample.sample_id, error))


def _key(sample: Sample, features: Mapping[str, str], reply: Prediction) -> str:
    """Digest of everything of a sample that is looked at."""
    content: Any = [sample.sample_id, *asked(sample), features[sample.image.sha256], reply.text]
    return digest(content)
