"""What a model adapter takes and gives: image features, a split prompt, a block of tokens, a reply."""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True)
class ImageFeatures:
    """The vision tower's output for one image: its patches in reading order of a grid.

    ``deepstack`` holds what a family adds to the hidden states after its first layers at the image
    tokens, one level per layer (Qwen3-VL); families without it have 0 levels.
    """

    patches: Float[Tensor, "patch hidden"]
    rows: int
    columns: int
    deepstack: Float[Tensor, "level patch hidden"]


@dataclass(frozen=True)
class Prompt:
    """A tokenised conversation, split at its think tokens.

    ``prefix`` is everything before the first think token (all but the last token where there is
    none), ``suffix`` everything after the last one. ``positions`` are the prefix's M-RoPE positions;
    everything after it continues as text from ``next_position``. ``image_places`` says which tokens
    of the prefix are image tokens, all images one after the other.
    """

    prefix: Int[Tensor, " prefix"]
    think: Int[Tensor, " think"]
    suffix: Int[Tensor, " suffix"]
    positions: Int[Tensor, "3 prefix"]
    next_position: int
    image_places: Int[Tensor, " patch"]

    @property
    def ids(self) -> Int[Tensor, " prompt"]:
        """The whole prompt."""
        return torch.cat([self.prefix, self.think, self.suffix])


@dataclass(frozen=True)
class Block:
    """Tokens that follow a batch of prefixes, padded on the right.

    ``deepstack`` is None where no token is an image token; elsewhere it is zero at text tokens.
    """

    embeds: Float[Tensor, "batch seq hidden"]
    lengths: list[int]
    deepstack: Float[Tensor, "level batch seq hidden"] | None = None

    @property
    def valid(self) -> Bool[Tensor, "batch seq"]:
        """True at tokens, False at padding."""
        places = torch.arange(self.embeds.shape[1], device=self.embeds.device)
        return places < torch.tensor(self.lengths, device=places.device)[:, None]

    @classmethod
    def of(cls, rows: list[Float[Tensor, "_ hidden"]]) -> "Block":
        """Text tokens, one tensor of embeddings per row."""
        padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return cls(padded, [len(row) for row in rows])


@dataclass(frozen=True)
class Reply:
    """Greedily decoded tokens; ``stop_reason`` is "end" at an end token, else "length"."""

    ids: list[int]
    text: str
    stop_reason: Literal["end", "length"]
