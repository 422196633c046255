"""Method dmlr: optimise latent think tokens for this sample, then answer greedily."""

import torch

from dmlr import prompts
from dmlr.latent.injection import interleave
from dmlr.latent.loop import Optimised, optimise
from dmlr.latent.noise import sample_generator
from dmlr.methods.answer import Answer, Clock, prediction
from dmlr.records import Sample, TraceStep
from dmlr.settings import Dmlr
from dmlr.vlm.parts import ImageFeatures
from dmlr.vlm.qwen2_5_vl import THINK, Qwen25VL


def answer(vlm: Qwen25VL, sample: Sample, image: ImageFeatures, profile: Dmlr, seed: int) -> Answer:
    """Answer one sample; everything it draws comes from ``seed`` and the sample's id."""
    clock, before = Clock(), vlm.passes
    block = THINK * profile.think_tokens
    turns = prompts.messages(sample.question, sample.options, think_block=block)
    with clock.phase("prefill"):
        prompt = vlm.prompt(turns, image, think_tokens=profile.think_tokens)
        prefix = vlm.prefill(prompt, image)
    with clock.phase("optimise"):
        generator = sample_generator(seed, sample.sample_id)
        result = optimise(vlm, prefix, vlm.embed(prompt.think), profile, generator)
    with clock.phase("decode"):
        sequence = interleave(result.best.think, result.best.patches, prefix.patches)
        embeds = torch.cat([sequence.embeds, vlm.embed(prompt.suffix)])
        reply = vlm.decode(prefix, embeds, max_new_tokens=profile.max_new_tokens)
    made = prediction(
        sample,
        image,
        prompt,
        reply,
        clock,
        passes=vlm.passes - before,
        initial_reward=result.initial.reward,
        best_reward=result.best.reward,
        best_step=result.best.step,
        best_patches=[list(chosen) for chosen in result.best.patches],
    )
    return Answer(made, _trace(sample, result, profile))


def _trace(sample: Sample, result: Optimised, profile: Dmlr) -> list[TraceStep]:
    return [
        TraceStep(sample_id=sample.sample_id, patch_budget=profile.patches_max, **vars(step))
        for step in result.steps
    ]
