"""What follows the prefix: think tokens, the patches between them, the rest of the prompt.

A sequence is a list of labels, one per token, and a bank turns the labels of a batch into embeddings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent.injection import Patches
from dmlr.vlm.parts import Block

Label = tuple[Literal["think", "patch", "rest"], int]


@dataclass(frozen=True)
class Interleaved:
    """Labels of think tokens and patches; ``places`` is where think tokens are read."""

    labels: tuple[Label, ...]
    places: tuple[int, ...]


def interleave(patches: Patches, *, track_positions: bool = True) -> Interleaved:
    """Put every think token's patches right behind it.

    Without ``track_positions`` the think tokens are then written, and read, at the first places in a
    row, whatever stands there: what the released code does.
    """
    labels: list[Label] = []
    places = []
    for token, chosen in enumerate(patches):
        places.append(len(labels))
        labels += [("think", token), *(("patch", patch) for patch in chosen)]
    if not track_positions:
        places = list(range(len(patches)))
        labels[: len(patches)] = [("think", token) for token in places]
    return Interleaved(tuple(labels), tuple(places))


@dataclass(frozen=True)
class Injectable:
    """What stands for an image's patches when they are injected."""

    embeds: Float[Tensor, "patch hidden"]
    deepstack: Float[Tensor, "level patch hidden"]


@dataclass(frozen=True)
class Bank:
    """The embeddings of a batch that its sequences are put together from.

    ``fixed`` holds per row its patches, from ``rest`` on the rest of its prompt, and zeros at the end.
    """

    think_tokens: int
    rest: int
    fixed: Float[Tensor, "row token hidden"]
    levels: Float[Tensor, "level row token hidden"] | None

    @classmethod
    def of(
        cls,
        think_tokens: int,
        patches: Sequence[Injectable],
        rests: Sequence[Float[Tensor, "_ hidden"]],
    ) -> "Bank":
        """Args: L, and per row the patches and the embeddings of the prompt's rest."""
        rest = max(len(row.embeds) for row in patches)
        room = rest + max(len(row) for row in rests) + 1
        fixed = torch.stack([_filled(p.embeds, room) for p in patches])
        for row, found in zip(fixed, rests, strict=True):
            row[rest : rest + len(found)] = found
        has_levels = patches[0].deepstack.shape[0] > 0
        levels = torch.stack([_filled(p.deepstack, room) for p in patches], dim=1)
        return cls(think_tokens, rest, fixed, levels if has_levels else None)

    def rows(self, kept: Sequence[int]) -> "Bank":
        """The bank of some rows of the batch."""
        levels = None if self.levels is None else self.levels[:, list(kept)]
        return replace(self, fixed=self.fixed[list(kept)], levels=levels)

    def block(
        self, think: Float[Tensor, "row think hidden"], sequences: Sequence[Sequence[Label]]
    ) -> Block:
        """The embeddings of a batch of sequences, padded on the right."""
        longest, padding = max(map(len, sequences)), self.fixed.shape[1] - 1 + self.think_tokens
        numbers = [[self._number(label) for label in labels] for labels in sequences]
        padded = [found + [padding] * (longest - len(found)) for found in numbers]
        index = torch.tensor(padded, device=think.device)
        is_think = (index < self.think_tokens)[..., None]
        rows = torch.arange(len(sequences), device=think.device)[:, None]
        token = think[rows, index.clamp(max=self.think_tokens - 1)].to(self.fixed.dtype)
        at = (index - self.think_tokens).clamp(min=0)
        deepstack = None
        if self.levels is not None and any(kind == "patch" for s in sequences for kind, _ in s):
            deepstack = self.levels[:, rows, at].masked_fill(is_think, 0)
        embeds = torch.where(is_think, token, self.fixed[rows, at])
        return Block(embeds, [len(labels) for labels in sequences], deepstack)

    def _number(self, label: Label) -> int:
        kind, number = label
        if kind == "think":
            return number
        return self.think_tokens + number + (self.rest if kind == "rest" else 0)


def _filled(patches: Float[Tensor, "*level patch hidden"], room: int) -> Tensor:
    """Zeros behind the patches, up to so many tokens."""
    filled = patches.new_zeros(*patches.shape[:-2], room, patches.shape[-1])
    filled[..., : patches.shape[-2], :] = patches
    return filled
