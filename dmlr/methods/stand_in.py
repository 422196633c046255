"""What stands in for a sample's image or think tokens where a control asks for that.

A sample must not depend on another sample, so the other picture and the other question are made up.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent.search import Search
from dmlr.methods.answer import Question
from dmlr.vlm.images import blank_image, foreign_image
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import ImageFeatures

FOREIGN_QUESTION = "Which two colours come up most often among the squares of the picture?"
PICTURES = {"blank": blank_image, "foreign": foreign_image}
Think = Float[Tensor, "think hidden"]


def picture(vlm: VisionLanguageModel, image: ImageFeatures, kind: str) -> ImageFeatures:
    """The features of a picture of the same grid that has nothing to do with the question."""
    made = PICTURES[kind](image.rows, image.columns, pixels_per_token=vlm.pixels_per_token)
    return vlm.encode_image(made)


def shown(vlm: VisionLanguageModel, question: Question, kind: str) -> Question:
    """The question as the optimisation sees it (the profile's ``optimised_on``)."""
    if kind == "image":
        return question
    return replace(question, images=[picture(vlm, image, kind) for image in question.images])


def foreign_question(vlm: VisionLanguageModel, question: Question) -> Question:
    """Another question about another picture, with noise of its own."""
    name = f"{question.sample_id}/foreign"
    other = replace(question, sample_id=name, text=FOREIGN_QUESTION, options=[])
    return shown(vlm, other, "foreign")


def _matched_noise(search: Search) -> Think:
    best = search.best.think
    drawn = search.noise.other(*best.shape).to(best)
    matched: Tensor = drawn * best.norm(dim=1, keepdim=True) / drawn.norm(dim=1, keepdim=True)
    return matched


# The profile's ``decoded`` -> the think tokens that are decoded; ``foreign`` needs a search of its own.
DECODED: dict[str, Callable[[Search], Think]] = {
    "best": lambda search: search.best.think,
    "last": lambda search: search.last,
    "initial": lambda search: search.initial.think,
    "zeros": lambda search: torch.zeros_like(search.best.think),
    "noise": _matched_noise,
}
