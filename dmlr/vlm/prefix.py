"""A batch of prompts' prefixes, run once, padded on the left."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from dmlr.vlm.cache import PrefixCache


@dataclass(frozen=True)
class Prefix:
    """What all passes after a batch of prefixes share.

    Attributes:
        cache: keys and values.
        valid: True at tokens, False at the padding on the left.
        next_position: position of the first token after each prefix.
        image_columns: where the image tokens stand (rows with fewer of them are padded with 0).
        patch_counts: how many image tokens each row has.
        image_states: last hidden state at the image tokens.
    """

    cache: PrefixCache
    valid: Bool[Tensor, "batch prefix"]
    next_position: Int[Tensor, " batch"]
    image_columns: Int[Tensor, "batch patch"]
    patch_counts: list[int]
    image_states: Float[Tensor, "batch patch hidden"]
    _masks: dict[int, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        """Rows of the batch."""
        return len(self.patch_counts)

    def positions(self, count: int) -> Int[Tensor, "3 batch count"]:
        """M-RoPE positions of the next tokens: text, so equal on the three axes."""
        steps = torch.arange(count, device=self.next_position.device)
        return (self.next_position[:, None] + steps).expand(3, -1, -1)

    def mask(self, count: int) -> Bool[Tensor, "batch count key"]:
        """Which keys each of the next tokens sees: the prefix without padding, and what precedes it."""
        if count not in self._masks:
            causal = torch.ones(count, count, dtype=torch.bool, device=self.valid.device).tril()
            past = self.valid[:, None].expand(-1, count, -1)
            self._masks[count] = torch.cat([past, causal.expand(len(self), -1, -1)], dim=2)
        return self._masks[count]

    def rows(self, kept: Sequence[int]) -> "Prefix":
        """Some rows of the batch, by index."""
        index = torch.tensor(kept, device=self.valid.device)
        return Prefix(
            cache=self.cache.rows(index),
            valid=self.valid[index],
            next_position=self.next_position[index],
            image_columns=self.image_columns[index],
            patch_counts=[self.patch_counts[row] for row in kept],
            image_states=self.image_states[index],
        )
