"""Answering samples in batches: a bad sample fails alone, and a batch that is too large is halved."""

from collections.abc import Callable, Sequence
from typing import Any

from dmlr.errors import RecordError
from dmlr.methods import ccot, dmlr, icot, multimodal_cot, self_consistency, vanilla
from dmlr.methods.answer import Answer, Outcome, Question, recorded
from dmlr.methods.batching import batch_size, in_batches
from dmlr.methods.isolation import isolated, reason_of
from dmlr.records import Prediction, Sample
from dmlr.settings import ReasonSettings
from dmlr.vlm.device import device_name
from dmlr.vlm.memory import forget_peak, peak_bytes
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.stored_features import StoredFeatures
from dmlr.wording import asked

METHODS: dict[str, Callable[..., list[Outcome]]] = {
    "vanilla": vanilla.answer,
    "self-consistency": self_consistency.answer,
    "multimodal-cot": multimodal_cot.answer,
    "ccot": ccot.answer,
    "icot": icot.answer,
    "dmlr": dmlr.answer,
}


class Answering:
    """One model with one profile, and the features of the samples' pictures."""

    def __init__(
        self, vlm: VisionLanguageModel, settings: ReasonSettings, features: StoredFeatures
    ) -> None:
        """Args: the model, what it is told, and the features of the samples' pictures."""
        self.vlm, self.settings, self.features = vlm, settings, features

    def answer(
        self, samples: Sequence[Sample], keep: Callable[[Answer], None], *, batch: int | None
    ) -> None:
        """Answer samples and hand each answer over as soon as its batch is done.

        Args:
            samples: in the order in which they go into batches.
            keep: called once per sample, in order.
            batch: samples at once; None: as many as fit.
        """
        size = batch_size(
            self.vlm,
            self.settings.profile,
            image_tokens=self.settings.model.max_image_tokens,
            wanted=batch,
        )
        in_batches(samples, size, self._batch, keep)

    def _batch(self, samples: Sequence[Sample]) -> list[Answer]:
        answers: dict[str, Answer] = {}
        questions: list[Question] = []
        for sample in samples:
            try:
                questions.append(self._question(sample))
            except RecordError as error:
                answers[sample.sample_id] = _failed(sample.sample_id, error)
        made = isolated(questions, self._together, lambda one, e: _failed(one.sample_id, e))
        answers |= {answer.of_sample(): answer for answer in made}
        return [answers[sample.sample_id] for sample in samples]

    def _question(self, sample: Sample) -> Question:
        image = self.features.read(self.vlm, sample.image)
        return Question(sample.sample_id, *asked(sample), [image], self.settings.card)

    def _together(self, questions: Sequence[Question]) -> list[Answer]:
        method, profile = METHODS[self.settings.profile.method], self.settings.profile
        forget_peak(self.vlm.device)
        made = method(self.vlm, questions, profile, self.settings.seed)
        peak, rows = peak_bytes(self.vlm.device), len(questions)
        ran: dict[str, Any] = {"rows": rows, "peak": peak, "device": device_name()}
        return [recorded(*pair, **ran) for pair in zip(questions, made, strict=True)]


def _failed(sample_id: str, error: Exception) -> Answer:
    reason = reason_of(sample_id, error)
    return Answer(Prediction(sample_id=sample_id, status="failed", error=reason), trace=[])
