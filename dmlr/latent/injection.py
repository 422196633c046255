"""Dynamic visual injection: which patches go where in the sequence (paper, Sec. 3, Algorithm 1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

Patches = tuple[tuple[int, ...], ...]  # per think token, indices of image tokens in sequence order


@dataclass(frozen=True)
class Interleaved:
    """Think tokens with their patches behind them; ``places`` is where the think tokens stand."""

    embeds: Float[Tensor, "seq hidden"]
    places: tuple[int, ...]


def interleave(
    think: Float[Tensor, "think hidden"], patches: Patches, features: Float[Tensor, "patch hidden"]
) -> Interleaved:
    """Put every think token's patches right behind it, as the features of the real patches."""
    parts, places, length = [], [], 0
    for token, chosen in zip(think, patches, strict=True):
        places.append(length)
        parts += [token[None], features[list(chosen)]]
        length += 1 + len(chosen)
    return Interleaved(torch.cat(parts), tuple(places))


def most_attended(
    attention: Float[Tensor, " patch"], count: int, *, taken: Sequence[int] = ()
) -> tuple[int, ...]:
    """The ``count`` patches with the highest attention, highest first, ties by reading order.

    Choice: patches that the token already holds (``taken``) are no candidates, since the union of
    best and candidate patches would otherwise rarely grow (Fig. 8 shows it growing).
    """
    order = torch.argsort(attention, descending=True, stable=True).tolist()
    held = set(taken)
    return tuple([patch for patch in order if patch not in held][:count])


def with_candidates(best: Patches, token: int, candidates: tuple[int, ...]) -> Patches:
    """``[Zcand, Vbest]`` behind one think token, the others as they are."""
    changed = list(best)
    changed[token] = (*candidates, *best[token])
    return tuple(changed)


def count(patches: Patches) -> int:
    """How many patches the sequence holds, all think tokens together."""
    return sum(map(len, patches))
