"""What every method is asked and returns, and how that becomes a record."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent.search import Search
from dmlr.records import Prediction, TraceStep
from dmlr.settings import Card
from dmlr.vlm.cost import Cost
from dmlr.vlm.parts import ImageFeatures, Prompt, Reply


@dataclass(frozen=True)
class Question:
    """What a method gets to see of a sample."""

    sample_id: str
    text: str
    options: Sequence[str]
    images: Sequence[ImageFeatures]
    card: Card | None = None  # how the model's card asks; the prompt ``card`` reads it


@dataclass(frozen=True)
class Outcome:
    """What a method made of one question.

    ``search`` and ``think``, the think tokens that were decoded, are None where nothing was optimised.
    ``intermediate`` is the reply of a first stage, None where there is one stage. ``insertions`` are
    the image tokens of every block that was put into the reply, ``triggers`` its tokens that could ask
    for one. ``replies`` are all that were voted on, where there are several.

    ``seconds`` by phase are the sample's share of its batch.
    """

    prompt: Prompt
    reply: Reply
    cost: Cost
    seconds: dict[str, Any]
    search: Search | None = None
    think: Float[Tensor, "think hidden"] | None = None
    intermediate: Reply | None = None
    insertions: list[list[int]] = field(default_factory=list)
    triggers: int = 0
    replies: Sequence[Reply] = ()


@dataclass(frozen=True)
class Answer:
    """One prediction with the trace of its optimisation (empty where there is none)."""

    prediction: Prediction
    trace: list[TraceStep]

    def of_sample(self) -> str:
        """Which sample it answers."""
        return self.prediction.sample_id

    def is_failed(self) -> bool:
        """Whether no answer could be made."""
        return self.prediction.status == "failed"


class Clock:
    """Seconds by phase, shared among the rows of a batch."""

    def __init__(self, rows: int, device: torch.device) -> None:
        self.rows, self.device, self.seconds = rows, device, dict[str, Any]()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure a block under a name; blocks of one name add up."""
        started = time.perf_counter()
        yield
        if (
            self.device.type == "cuda"
        ):  # work that is only queued belongs to the phase that queued it
            torch.cuda.synchronize(self.device)
        share = (time.perf_counter() - started) / self.rows
        self.seconds[f"{name}_seconds"] = self.seconds.get(f"{name}_seconds", 0.0) + share


def recorded(
    question: Question,
    outcome: Outcome,
    *,
    rows: int = 1,
    peak: int | None = None,
    device: str = "",
) -> Answer:
    """The records of an outcome.

    Args:
        question: that was asked.
        outcome: what the method made of it.
        rows: samples of its batch.
        peak: bytes in use at the peak of the batch; None where the device does not tell.
        device: that answered, by its name.

    Raises:
        ValueError: a reward is not a number, as half types that overflow make it.
    """
    if outcome.search is not None and not all(map(isfinite, outcome.search.history)):
        raise ValueError("a reward is not a number; float32 or bfloat16 reach further than float16")
    first = question.images[0] if question.images else None
    found = Prediction(
        sample_id=question.sample_id,
        status="ok",
        text=outcome.reply.text,
        stop_reason=outcome.reply.stop_reason,
        prompt_tokens=len(outcome.prompt.ids),
        image_tokens=sum(len(image.patches) for image in question.images),
        generated_tokens=sum(len(r.ids) for r in outcome.replies or [outcome.reply]),
        model_passes=outcome.cost.passes,
        forwarded_tokens=outcome.cost.tokens,
        batch_rows=rows,
        device=device,
        peak_memory_bytes=peak,
        replies=[reply.text for reply in outcome.replies],
        **_intermediate(outcome.intermediate),
        insertions=outcome.insertions,
        triggers=outcome.triggers,
        grid_rows=first.rows if first else 0,
        grid_columns=first.columns if first else 0,
        **outcome.seconds,
    )
    if outcome.search is None:
        return Answer(found, trace=[])
    return Answer(_with_search(found, outcome.search), trace(question.sample_id, outcome.search))


def _intermediate(reply: Reply | None) -> dict[str, Any]:
    if reply is None:
        return {}
    return {
        "intermediate": reply.text,
        "intermediate_stop_reason": reply.stop_reason,
        "intermediate_tokens": len(reply.ids),
    }


def trace(sample_id: str, search: Search) -> list[TraceStep]:
    """The trace of a search."""
    return [
        TraceStep(sample_id=sample_id, think_norm=think, update_norm=update, **vars(step))
        for step, (think, update) in zip(search.steps, search.norms_by_step(), strict=True)
    ]


def _with_search(prediction: Prediction, search: Search) -> Prediction:
    return prediction.model_copy(
        update={
            "initial_reward": search.initial.reward,
            "best_reward": search.best.reward,
            "best_step": search.best.step,
            "best_patches": [list(chosen) for chosen in search.best.patches],
        }
    )
