"""Command bench: what the engine costs on this machine."""

import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from dmlr.bench import baselines
from dmlr.bench.batch import measure
from dmlr.bench.case import SIDE, Case, prefix_tokens
from dmlr.bench.clock import Stopwatch, device_name, median_ms
from dmlr.bench.shapes import SHAPES
from dmlr.bench.table import show
from dmlr.bench.weights import build
from dmlr.errors import DmlrError
from dmlr.files import write_json
from dmlr.progress import say
from dmlr.provenance import machine
from dmlr.settings import Model
from dmlr.vlm.images import foreign_image
from dmlr.vlm.load import load
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import ImageFeatures


@dataclass(frozen=True)
class Request:
    """What to measure.

    Attributes:
        shape: of the random weights, a key of ``SHAPES``.
        model: a checkpoint to measure instead of a shape.
        dtype: of the weights, as torch names it; of a checkpoint too.
        device: as torch names it.
        batches: batch sizes.
        repeats: times that each thing is timed.
        new_tokens: tokens that are decoded; at least 2.
        baselines: whether to run the naive algorithm too: minutes on a real shape.
    """

    shape: str
    model: Model | None
    dtype: str
    device: str
    batches: tuple[int, ...]
    repeats: int
    new_tokens: int
    baselines: bool


def bench(request: Request, out: Path | None) -> None:
    """Measure, print tables, and write everything as JSON to ``out``.

    Raises:
        DmlrError: the shape is unknown, or the baselines cannot be run here.
    """
    oracle = baselines.load_oracle(baselines.REPOSITORY) if request.baselines else None
    load = os.getloadavg()[0]  # of others: the bench has not begun
    vlm = _model(request)
    stopwatch = Stopwatch(vlm.device, request.repeats)
    picture = foreign_image(SIDE, SIDE, pixels_per_token=vlm.pixels_per_token)
    image = vlm.encode_image(picture)
    encoding = stopwatch.seconds({"encode": lambda: vlm.encode_image(picture)})["encode"]
    figures = []
    for batch in request.batches:
        say(f"bench: batch {batch}")
        found = measure(vlm, image, batch, stopwatch=stopwatch, new_tokens=request.new_tokens)
        figures.append(found)
    case, compared = Case.of(vlm, image, 1), None
    if oracle is not None:
        say("bench: the naive algorithm")
        compared = baselines.measure(case, oracle, stopwatch=stopwatch)
    conditions = {**_conditions(request, vlm, case, image), "load_average": load}
    if out is not None:
        told = {
            "conditions": conditions,
            "image_encoding_ms": median_ms(encoding),
            "batches": [asdict(batch) for batch in figures],
            "baselines": None if compared is None else asdict(compared),
        }
        write_json(out, told)
    show(conditions, median_ms(encoding), figures, compared)


def _model(request: Request) -> VisionLanguageModel:
    if request.model is not None:
        settings = request.model.model_copy(update={"dtype": request.dtype})
        vlm = load(settings, device=request.device)
    else:
        if request.shape not in SHAPES:
            raise DmlrError(f"shape must be one of {', '.join(SHAPES)}, got {request.shape}")
        dtype, device = getattr(torch, request.dtype), torch.device(request.device)
        vlm = build(SHAPES[request.shape], dtype=dtype, device=device)
    vlm.model.generation_config.eos_token_id = []  # so that every reply is as long as was asked
    return vlm


def _conditions(
    request: Request, vlm: VisionLanguageModel, case: Case, image: ImageFeatures
) -> dict[str, Any]:
    return {
        "model": request.shape if request.model is None else request.model.checkpoint,
        "random_weights": request.model is None,
        "parameters": sum(parameter.numel() for parameter in vlm.model.parameters()),
        "dtype": request.dtype,
        "device": device_name(vlm.device),
        "threads": torch.get_num_threads(),
        "prefix_tokens": prefix_tokens(vlm, image, case.questions[0].text),
        "image_tokens": len(image.patches),
        "vocabulary": vlm.config.vocab_size,
        "repeats": request.repeats,
        "new_tokens": request.new_tokens,
        "machine": machine(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
