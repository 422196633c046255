"""Method dmlr: optimise latent think tokens for each sample, then answer greedily."""

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
from dmlr.latent.sequence import Bank, Injectable, Label, interleave
from dmlr.methods.answer import Clock, Outcome, Question
from dmlr.vlm.decode import decode
from dmlr.vlm.images import foreign_image
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import ImageFeatures, Prompt, Reply


@dataclass(frozen=True)
class Prepared:
    """A batch of questions, its prefixes run: what the optimisation starts from."""

    prompts: list[Prompt]
    evaluator: Evaluator
    think: Float[Tensor, "row think hidden"]


def answer(
    vlm: VisionLanguageModel, questions: Sequence[Question], profile: Dmlr, seed: int
) -> list[Outcome]:
    """Answer a batch; what a sample draws comes from ``seed`` and its id alone."""
    clock = Clock(len(questions), vlm.device)
    with clock.phase("prefill"):
        prepared = prepare(vlm, questions, profile)
    with clock.phase("optimise"):
        fixed = profile.seeding == "fixed"
        noises = [SampleNoise(seed, question.sample_id, fixed=fixed) for question in questions]
        searches = optimise(prepared.evaluator, prepared.think, noises)
    with clock.phase("decode"):
        replies = _decode(prepared, searches)
    contexts = prepared.evaluator.contexts
    prefills = 1 if contexts.reward is contexts.image else 2
    return [
        Outcome(p, r, prefills + s.passes + len(r.ids), clock.seconds, s)
        for p, r, s in zip(prepared.prompts, replies, searches, strict=True)
    ]


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
    return Prepared(asked, Evaluator(vlm, contexts, bank, profile), think)


def _decode(prepared: Prepared, searches: Sequence[Search]) -> list[Reply]:
    evaluator, profile = prepared.evaluator, prepared.evaluator.profile
    best = torch.stack([search.best.think for search in searches])
    pairs = zip(searches, prepared.prompts, strict=True)
    sequences = [_decoded(search, prompt, profile) for search, prompt in pairs]
    return decode(
        evaluator.vlm,
        evaluator.contexts.image,
        evaluator.bank.block(best, sequences),
        max_new_tokens=profile.max_new_tokens,
        forbidden_words=profile.forbidden_words,
    )


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
        images = [_foreign(vlm, image) for image in images]
    patches = torch.cat([image.patches for image in images])
    levels = torch.cat([image.deepstack for image in images], dim=1)
    return Injectable(patches.to(states), levels.to(states))


def _foreign(vlm: VisionLanguageModel, image: ImageFeatures) -> ImageFeatures:
    side = vlm.pixels_per_token
    return vlm.encode_image(foreign_image(image.rows, image.columns, pixels_per_token=side))


def _decoded(search: Search, prompt: Prompt, profile: Dmlr) -> list[Label]:
    """The best sequence, with the rest of the prompt behind it."""
    nothing = ((),) * profile.think_tokens
    patches = search.best.patches if profile.decode_patches else nothing
    best = interleave(patches, track_positions=profile.track_positions)
    return [*best.labels, *(("rest", place) for place in range(len(prompt.suffix)))]
