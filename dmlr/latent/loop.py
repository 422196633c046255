"""The latent optimisation of DMLR, one sample: the paper's Algorithm 1.

Passes per step: one over the think tokens, which gives their attention to the image and R(T'), and one
per think token over the sequence with its candidate patches. docs/design.md argues the choices.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent.confidence import confidence
from dmlr.latent.injection import Patches, count, interleave, most_attended, with_candidates
from dmlr.settings import Dmlr
from dmlr.vlm.parts import Prefix
from dmlr.vlm.qwen2_5_vl import Qwen25VL


@dataclass(frozen=True)
class State:
    """Think tokens with their patches and the reward of that sequence; step -1 is the start."""

    think: Float[Tensor, "think hidden"]
    patches: Patches
    reward: float
    step: int


@dataclass(frozen=True)
class Step:
    """What one step did; see ``records.TraceStep`` for the fields' meaning."""

    step: int
    candidate_reward: float
    reward: float
    sigma: float
    is_best: bool
    patch_counts: list[int]
    think_norm: float
    update_norm: float


@dataclass(frozen=True)
class Optimised:
    """The state before the first step, the best one found, and what happened between."""

    initial: State
    best: State
    steps: list[Step]


def optimise(
    vlm: Qwen25VL,
    prefix: Prefix,
    think: Float[Tensor, "think hidden"],
    profile: Dmlr,
    generator: torch.Generator,
) -> Optimised:
    """Optimise the think tokens' embeddings by REINFORCE on the model's own confidence.

    Args:
        vlm: the frozen model.
        prefix: image and question, already run.
        think: T(0), the embeddings that stand in the prompt.
        profile: the algorithm's parameters.
        generator: a CPU generator; all noise is drawn from it, so the device changes nothing.
    """
    best = initial = _start(vlm, prefix, think, profile)
    sigma, steps = profile.sigma, []
    for number in range(profile.steps):
        noise = sigma * torch.randn(think.shape, generator=generator).to(think)
        candidate = think + noise  # T' = T + xi (Eq. 5, additive)
        attention, reward = _look(vlm, prefix, candidate, profile)
        update = profile.learning_rate * reward * noise / sigma**2  # REINFORCE
        think = think + update
        before, highest = best, float("-inf")
        for token in range(profile.think_tokens):
            patches = _with_fresh_patches(best.patches, token, attention[token], profile)
            found = _reward(vlm, prefix, candidate, patches, profile)
            highest = max(highest, found)
            if found > best.reward:
                best = State(candidate, patches, found, number)
        counts = [len(chosen) for chosen in best.patches]
        norms = float(think.norm()), float(update.norm())
        steps.append(Step(number, reward, highest, sigma, best is not before, counts, *norms))
        sigma *= profile.sigma_decay
    return Optimised(initial, best, steps)


def _start(vlm: Qwen25VL, prefix: Prefix, think: Tensor, profile: Dmlr) -> State:
    """T(0) with the patches it attends to most, and the reward of that sequence."""
    attention, _ = _look(vlm, prefix, think, profile)
    patches: Patches = ((),) * profile.think_tokens
    for token in range(profile.think_tokens):
        room = min(profile.patches_initial, profile.patches_max - count(patches))
        patches = with_candidates(patches, token, most_attended(attention[token], room))
    return State(think, patches, _reward(vlm, prefix, think, patches, profile), step=-1)


def _with_fresh_patches(best: Patches, token: int, attention: Tensor, profile: Dmlr) -> Patches:
    room = min(profile.patches_added, profile.patches_max - count(best))
    return with_candidates(best, token, most_attended(attention, room, taken=best[token]))


def _look(
    vlm: Qwen25VL, prefix: Prefix, think: Tensor, profile: Dmlr
) -> tuple[Float[Tensor, "think patch"], float]:
    attention, logits = vlm.look(prefix, think)
    return attention, float(confidence(logits, top_k=profile.top_k))


def _reward(vlm: Qwen25VL, prefix: Prefix, think: Tensor, patches: Patches, profile: Dmlr) -> float:
    sequence = interleave(think, patches, prefix.patches)
    logits = vlm.logits_after(prefix, sequence.embeds, sequence.places)
    return float(confidence(logits, top_k=profile.top_k))
