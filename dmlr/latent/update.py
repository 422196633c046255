"""How a step moves the think tokens: REINFORCE (paper), and what it is compared with."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent.noise import SampleNoise


def reinforce(
    noise: Float[Tensor, "row think hidden"], weights: Sequence[float], *, sigma: float, rate: float
) -> Float[Tensor, "row think hidden"]:
    """Eta R xi / sigma^2: the score-function estimate of the ascent direction, R being the weight."""
    found = torch.tensor(weights, device=noise.device)[:, None, None]
    return rate * found * noise / sigma**2


def along(
    direction: Float[Tensor, "row think hidden"], step: Float[Tensor, "row think hidden"]
) -> Float[Tensor, "row think hidden"]:
    """As long a step, in another direction; none where the direction is zero."""
    lengths = [one.flatten(1).norm(dim=1)[:, None, None] for one in (direction, step)]
    smallest = torch.finfo(direction.dtype).tiny
    found: Tensor = direction * (lengths[1] / lengths[0].clamp(min=smallest))
    return found


def weight(history: Sequence[float], noise: SampleNoise, *, kind: str) -> float:
    """What stands for R in the update.

    Args:
        history: the driving rewards of the sample's steps so far, this one last; with antithetic noise
            (R(T + xi) - R(T - xi)) / 2.
        noise: of the sample; a shuffled reward is drawn from its ``chance``.
        kind: the profile's update.
    """
    return WEIGHTS[kind](history, noise)


def _shuffled(history: Sequence[float], noise: SampleNoise) -> float:
    """The reward of an earlier step, drawn; at the first step there is none but its own."""
    earlier = history[:-1] or history
    return earlier[int(torch.randint(len(earlier), (), generator=noise.chance, device="cpu"))]


def _above_mean(history: Sequence[float], noise: SampleNoise) -> float:
    """The reward minus the mean of the earlier steps; the first step, without one, moves nothing."""
    del noise
    earlier = history[:-1]
    return history[-1] - sum(earlier) / len(earlier) if earlier else 0.0


WEIGHTS: dict[str, Callable[[Sequence[float], SampleNoise], float]] = {
    "reinforce": lambda history, noise: history[-1],
    "antithetic": lambda history, noise: history[-1],
    "gradient_direction": lambda history, noise: history[-1],
    "none": lambda history, noise: 0.0,
    "constant_reward": lambda history, noise: history[0],
    "shuffled_reward": _shuffled,
    "mean_baseline": _above_mean,
}
