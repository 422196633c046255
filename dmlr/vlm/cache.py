"""A key-value cache for many short passes after one long prefix.

transformers' DynamicCache copies the whole prefix whenever tokens are appended, which is what a short
pass would then mostly do. Here keys and values lie in one buffer with room at its end: a pass works on a
fork, which shares the buffer and writes behind the prefix, so that nothing grows and nothing is undone.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

ROOM = 256  # tokens by which a buffer grows

States = Float[Tensor, "batch head seq size"]


class Buffer:
    """Keys and values of one layer; forks of a layer share it."""

    def __init__(self, keys: States, values: States) -> None:
        self.keys, self.values = keys, values

    def reserve(self, tokens: int) -> None:
        """Make room for so many tokens in all."""
        if tokens > self.keys.shape[2]:
            room = -(-tokens // ROOM) * ROOM
            self.keys, self.values = _grown(self.keys, room), _grown(self.values, room)


class PrefixLayer(CacheLayerMixin):
    """One layer's view of its buffer: the first ``length`` tokens are the past."""

    def __init__(self, buffer: Buffer | None = None, length: int = 0) -> None:
        super().__init__()
        self.buffer, self.length = buffer, length
        self.is_initialized = buffer is not None

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Make an empty buffer of the states' type."""
        self.buffer = Buffer(key_states[:, :, :0], value_states[:, :, :0])
        self.is_initialized = True

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Append states; the past and them, as views where no gradient is asked for."""
        if self.buffer is None:
            self.lazy_initialization(key_states, value_states)
        assert self.buffer is not None
        start, end = self.length, self.length + key_states.shape[2]
        self.length = end
        if torch.is_grad_enabled():  # a graph must not see its tensors overwritten by the next pass
            past = self.buffer.keys[:, :, :start], self.buffer.values[:, :, :start]
            return torch.cat([past[0], key_states], 2), torch.cat([past[1], value_states], 2)
        self.buffer.reserve(end)
        self.buffer.keys[:, :, start:end] = key_states
        self.buffer.values[:, :, start:end] = value_states
        return self.buffer.keys[:, :, :end], self.buffer.values[:, :, :end]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Keys that a query of that length sees, and their offset."""
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        """Tokens of the past."""
        return self.length

    def get_max_length(self) -> int:
        """-1: there is no maximum."""
        return -1


class PrefixCache(Cache):
    """All layers of one batch of prefixes."""

    def __init__(self, layers: list[PrefixLayer]) -> None:
        super().__init__(layers=layers)

    @classmethod
    def empty(cls, layers: int) -> "PrefixCache":
        """A cache without a past."""
        return cls([PrefixLayer() for _ in range(layers)])

    def fork(self) -> "PrefixCache":
        """The same past over the same buffers; what is appended to it does not lengthen this one."""
        return PrefixCache([PrefixLayer(layer.buffer, layer.length) for layer in self.layers])

    def rows(self, kept: Tensor) -> "PrefixCache":
        """The past of some rows of the batch, in buffers of its own."""
        return PrefixCache([_rows(layer, kept) for layer in self.layers])


def _rows(layer: PrefixLayer, kept: Tensor) -> PrefixLayer:
    assert layer.buffer is not None
    kept = kept.to(layer.buffer.keys.device)  # layers may stand on several GPUs
    buffer = Buffer(layer.buffer.keys[kept], layer.buffer.values[kept])
    return PrefixLayer(buffer, layer.length)


def _grown(states: Tensor, room: int) -> Tensor:
    batch, heads, length, size = states.shape
    grown = states.new_empty(batch, heads, room, size)
    grown[:, :, :length] = states
    return grown
