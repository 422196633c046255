"""One question about one picture, without the workflow: ``dmlr answer``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dmlr.errors import DataError
from dmlr.methods.answer import Outcome, Question, recorded
from dmlr.methods.answering import METHODS
from dmlr.methods.drawing import draw_patches
from dmlr.settings import Card, Model, Profile
from dmlr.vlm.images import image_fault, open_image
from dmlr.vlm.load import load
from dmlr.vlm.model import VisionLanguageModel


@dataclass(frozen=True)
class Single:
    """What is asked, of which model, by which profile.

    ``sample_id`` seeds the noise: with the id and seed of a run's sample its answer comes out again.
    """

    image: Path | None
    question: str
    options: Sequence[str]
    model: Model
    profile: Profile
    seed: int
    sample_id: str
    device: str | None
    card: Card | None


def answer_single(single: Single, *, as_json: bool, full: bool, trace: Path | None) -> None:
    """Answer and print it.

    Args:
        single: what is asked.
        as_json: print one JSON object instead of the bare answer.
        full: with the final latents in it.
        trace: also print the steps, and draw the patches of the best state on the image, as a PNG.

    Raises:
        CheckpointError: the model cannot be loaded.
        DataError: the image cannot be used.
    """
    if single.image is not None and (fault := image_fault(single.image)):
        raise DataError(f"--image: {fault}")
    vlm = load(single.model, device=single.device)
    question, profile = _question(vlm, single), single.profile
    try:
        outcome = METHODS[profile.method](vlm, [question], profile, single.seed)[0]
        recorded(question, outcome)  # checks it
    except ValueError as error:
        raise DataError(f"--question: cannot be answered: {error}") from None
    if as_json:
        print(json.dumps(_as_json(outcome, full=full), ensure_ascii=False))
    else:
        print(outcome.reply.text)
    if trace is not None:
        _write_trace(outcome, question, single, trace)


def _question(vlm: VisionLanguageModel, single: Single) -> Question:
    images = []
    if single.image is not None:
        opened = open_image(
            single.image,
            pixels_per_token=vlm.pixels_per_token,
            min_tokens=single.model.min_image_tokens,
            max_tokens=single.model.max_image_tokens,
        )
        images.append(vlm.encode_image(opened))
    return Question(single.sample_id, single.question, single.options, images, single.card)


def _as_json(outcome: Outcome, *, full: bool) -> dict[str, Any]:
    search, reply = outcome.search, outcome.reply
    keys = ("step", "reward", "sigma", "is_best", "patch_count", "patch_budget")
    found: dict[str, Any] = {
        "response": reply.text,
        "generated_ids": reply.ids,
        "input_ids": outcome.prompt.ids.tolist(),
        "stop_reason": reply.stop_reason,
        "best_reward": search.best.reward if search else None,
        "best_step": search.best.step if search else None,
        "steps": [{key: getattr(s, key) for key in keys} for s in search.steps] if search else [],
    }
    if full:
        found["final_latents"] = [] if outcome.think is None else outcome.think.tolist()
    return found


def _write_trace(outcome: Outcome, question: Question, single: Single, path: Path) -> None:
    console = Console(stderr=True)
    if outcome.search is None:
        console.print(f"no trace: method {single.profile.method} optimises nothing")
        return
    table = Table("step", "reward", "sigma", "best", "patches", "budget")
    for step in outcome.search.steps:
        cells = (step.step, f"{step.reward:.4f}", f"{step.sigma:.4g}", "*" if step.is_best else "")
        table.add_row(*map(str, cells), str(step.patch_count), str(step.patch_budget))
    console.print(table)
    if single.image is not None:
        draw_patches(single.image, question.images[0], outcome.search.best.patches, path)
        console.print(f"patches of step {outcome.search.best.step}: {path}")
