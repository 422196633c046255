"""What a model adapter takes and gives: image features, a split prompt, a filled prefix, a reply."""

from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor
from transformers import DynamicCache


@dataclass(frozen=True)
class ImageFeatures:
    """The vision tower's output for one image: its patches in reading order of a grid."""

    patches: Float[Tensor, "patch hidden"]
    rows: int
    columns: int


@dataclass(frozen=True)
class Prompt:
    """A tokenised conversation, split at its think tokens.

    ``prefix`` is everything before the first think token (all but the last token where there is
    none), ``suffix`` everything after the last one. ``positions`` are the prefix's M-RoPE positions;
    everything after it continues as text from ``next_position``.
    """

    prefix: Int[Tensor, " prefix"]
    think: Int[Tensor, " think"]
    suffix: Int[Tensor, " suffix"]
    positions: Int[Tensor, "3 prefix"]
    next_position: int
    first_patch: int  # index of the first image token in the prefix

    @property
    def length(self) -> int:
        """Tokens of the whole prompt."""
        return len(self.prefix) + len(self.think) + len(self.suffix)


@dataclass(frozen=True)
class Prefix:
    """A prompt's prefix, run once: its key-value cache and where its image stands."""

    cache: DynamicCache
    length: int
    next_position: int
    first_patch: int
    patches: Float[Tensor, "patch hidden"]


@dataclass(frozen=True)
class Reply:
    """Greedily decoded tokens; ``stop_reason`` is "end" at an end token, else "length"."""

    ids: list[int]
    text: str
    stop_reason: str
