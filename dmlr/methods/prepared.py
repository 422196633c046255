"""A batch of questions, ready for the latent optimisation: prefixes run, embeddings at hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr import prompts
from dmlr.latent.evaluate import Contexts, Evaluator
from dmlr.latent.loop import optimise
from dmlr.latent.noise import SampleNoise
from dmlr.latent.profile import Dmlr
from dmlr.latent.search import Search
from dmlr.latent.sequence import Bank, Injectable
from dmlr.methods.answer import Question
from dmlr.methods.stand_in import picture
from dmlr.vlm.cost import Cost, prefilling
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import ImageFeatures, Prompt


@dataclass(frozen=True)
class Prepared:
    """What the optimisation of a batch starts from.

    Attributes:
        questions: of the batch.
        prompts: of each.
        evaluator: with their prefixes.
        think: T(0), the embeddings that stand in the prompts, in float32.
    """

    questions: Sequence[Question]
    prompts: list[Prompt]
    evaluator: Evaluator
    think: Float[Tensor, "row think hidden"]

    def optimised(self, seed: int) -> list[Search]:
        """Each sample's search; what it draws comes from ``seed`` and its id alone."""
        fixed = self.evaluator.profile.seeding == "fixed"
        noises = [SampleNoise(seed, q.sample_id, fixed=fixed) for q in self.questions]
        return optimise(self.evaluator, self.think, noises)

    def cost(self, row: int) -> Cost:
        """What preparing a sample took: a second prefix where the reward sees another one."""
        contexts, once = self.evaluator.contexts, prefilling(self.prompts[row])
        return once if contexts.reward is contexts.image else once + once


def prepare(vlm: VisionLanguageModel, questions: Sequence[Question], profile: Dmlr) -> Prepared:
    """Run the prefixes of a batch and put together what its sequences consist of."""
    asked = [_prompt(vlm, question, profile) for question in questions]
    contexts = _contexts(vlm, asked, questions, profile)
    patches = [
        _injectable(vlm, contexts, row, question.images, profile)
        for row, question in enumerate(questions)
    ]
    bank = Bank.of(profile.think_tokens, patches, [vlm.embed(prompt.suffix) for prompt in asked])
    think = torch.stack([vlm.embed(prompt.think) for prompt in asked]).float()
    return Prepared(questions, asked, Evaluator(vlm, contexts, bank, profile), think)


def _prompt(vlm: VisionLanguageModel, question: Question, profile: Dmlr) -> Prompt:
    turns = prompts.messages(
        question.text,
        question.options,
        prompt=profile.prompt,
        think_tokens=profile.think_tokens,
        images=len(question.images),
    )
    return vlm.prompt(turns, question.images, think_tokens=profile.think_tokens)


def _contexts(
    vlm: VisionLanguageModel, asked: list[Prompt], questions: Sequence[Question], profile: Dmlr
) -> Contexts:
    images, sequential = [q.images for q in questions], profile.positions == "sequential"
    seen = vlm.prefill(asked, images, sequential=sequential)
    if profile.reward_context == "image":
        return Contexts(seen, seen)
    return Contexts(seen, vlm.prefill(asked, images, sequential=sequential, blind=True))


def _injectable(
    vlm: VisionLanguageModel,
    contexts: Contexts,
    row: int,
    images: Sequence[ImageFeatures],
    profile: Dmlr,
) -> Injectable:
    """What stands for a row's patches when they are injected."""
    count = contexts.image.patch_counts[row]
    states = contexts.image.image_states[row, :count]
    no_levels = states.new_zeros(vlm.deepstack_levels, *states.shape)
    if profile.injected == "last_hidden":
        return Injectable(states, no_levels)
    if profile.injected == "placeholder" or not images:
        placeholder = torch.full((count,), vlm.image_id, device=vlm.device)
        return Injectable(vlm.embed(placeholder), no_levels)
    if profile.injection == "foreign":
        images = [picture(vlm, image, "foreign") for image in images]
    patches = torch.cat([image.patches for image in images])
    levels = torch.cat([image.deepstack for image in images], dim=1)
    return Injectable(patches.to(states), levels.to(states))
