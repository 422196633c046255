"""What every method returns, and the clock it measures its phases with."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dmlr.records import Prediction, Sample, TraceStep
from dmlr.vlm.parts import ImageFeatures, Prompt, Reply


@dataclass(frozen=True)
class Answer:
    """One prediction with the trace of its optimisation (empty where there is none)."""

    prediction: Prediction
    trace: list[TraceStep]


class Clock:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure a block under a name."""
        started = time.perf_counter()
        yield
        self.seconds[f"{name}_seconds"] = time.perf_counter() - started


def prediction(
    sample: Sample,
    image: ImageFeatures,
    prompt: Prompt,
    reply: Reply,
    clock: Clock,
    *,
    passes: int,
    **rest: object,
) -> Prediction:
    """Put together what all methods record alike; ``rest`` is the method's own."""
    return Prediction.model_validate(
        {
            "sample_id": sample.sample_id,
            "status": "ok",
            "text": reply.text,
            "stop_reason": reply.stop_reason,
            "prompt_tokens": prompt.length,
            "image_tokens": len(image.patches),
            "generated_tokens": len(reply.ids),
            "model_passes": passes,
            "grid_rows": image.rows,
            "grid_columns": image.columns,
            **clock.seconds,
            **rest,
        }
    )
