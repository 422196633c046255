"""The latent optimisation of DMLR (paper, Algorithm 1), a batch of samples in lock step.

A step is one pass over the think tokens, which gives their attention to the image, and one pass for
each sequence that is tried: one with joint acceptance, one per think token otherwise. docs/design.md
argues the choices. Samples share passes and nothing else: each has its own noise, patches, budget, end.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent import injection
from dmlr.latent.evaluate import Evaluator
from dmlr.latent.noise import SampleNoise
from dmlr.latent.search import Search, State
from dmlr.latent.step import LockStep
from dmlr.vlm.cost import Cost


@torch.no_grad()
def optimise(
    evaluator: Evaluator, think: Float[Tensor, "row think hidden"], noises: Sequence[SampleNoise]
) -> list[Search]:
    """Optimise think tokens by REINFORCE on the model's own confidence.

    Args:
        evaluator: the model with a batch of prefixes, and the profile.
        think: T(0), the embeddings that stand in the prompts, in float32.
        noises: of each row.
    """
    profile, sigma = evaluator.profile, evaluator.profile.sigma
    searches = live = start(evaluator, think, noises)
    for number in range(profile.steps):
        noise = sigma * torch.stack([s.noise.xi(*think.shape[1:]) for s in live]).to(think)
        candidate = think + noise  # T' = T + xi (Eq. 5, additive)
        step = LockStep(number, evaluator, live, candidate, noise, sigma)
        if profile.acceptance == "joint":
            tried = step.propose(range(profile.think_tokens))
            reward = evaluator.rewards(
                candidate, tried
            )  # of T' with patches; drives the update too
            think = think + step.update(reward, tried)
            step.accept(tried, reward, think)
        else:
            # T <- T + eta R(T') xi / sigma^2
            think = think + step.update(step.reward_alone, step.no_patches)
            for tokens in step.rounds:  # Algorithm 1's inner loop over the think tokens
                tried = step.propose(tokens)
                if not step.repeats(tried):
                    step.accept(tried, evaluator.rewards(candidate, tried), think)
        sigma *= profile.sigma_decay
        step.close(think, sigma)
        going = [row for row, search in enumerate(live) if not search.reached]
        if not going:
            break
        if len(going) < len(live):
            live, think = [live[row] for row in going], think[going]
            evaluator = evaluator.rows(going)
    return searches


def start(
    evaluator: Evaluator, think: Float[Tensor, "row think hidden"], noises: Sequence[SampleNoise]
) -> list[Search]:
    """T(0) with the patches it attends to most, and the reward of that sequence."""
    profile, counts = evaluator.profile, evaluator.contexts.image.patch_counts
    before = evaluator.vlm.cost
    if not injection.chooses(profile):
        patches = [injection.constant(profile, image_tokens) for image_tokens in counts]
    elif injection.starts_with_patches(profile):
        rankings, _ = evaluator.look(think, noises, reward=False)
        patches = [injection.initial(profile, ranking) for ranking in rankings]
    else:
        patches = [((),) * profile.think_tokens for _ in counts]
    costs = [evaluator.vlm.cost - before for _ in counts]
    rewards = [0.0] * len(think)
    if profile.best_start == "initial_reward":
        rewards = evaluator.rewards(think, patches)
        costs = [
            cost + Cost(1, evaluator.length(row)) for cost, row in zip(costs, patches, strict=True)
        ]
    states = [State(*found, step=-1) for found in zip(think, patches, rewards, strict=True)]
    budget = injection.first_budget(profile)
    return [
        Search(noise, state, state, state.think, budget, cost=cost)
        for noise, state, cost in zip(noises, states, costs, strict=True)
    ]
