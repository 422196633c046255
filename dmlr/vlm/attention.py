"""The language model's attention, registered with transformers under the name ``dmlr``.

It gives the attention rows that patch choice reads without eager attention in every pass: rows are
computed only in the passes that ask for them (``attention_rows=``), elsewhere the output is torch's
fused attention. Query heads that share a key head are packed into the sequence; keys are not repeated.
"""

from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

NAME = "dmlr"


class AttentionRows:
    """Collects attention in one pass: the mean over layers and heads, (batch, query, key)."""

    def __init__(self) -> None:
        self._sum: Tensor | None = None
        self._layers = 0

    def add(self, weights: Float[Tensor, "batch head query key"]) -> None:
        """Add a layer."""
        mean = weights.mean(dim=1)
        self._sum = mean if self._sum is None else self._sum + mean.to(self._sum.device)
        self._layers += 1

    def at(self, columns: Int[Tensor, "batch patch"]) -> Float[Tensor, "batch query patch"]:
        """The rows at some keys, such as the image tokens."""
        assert self._sum is not None, "no pass has run"
        index = columns[:, None].expand(-1, self._sum.shape[1], -1)
        return self._sum.gather(2, index) / self._layers


def attend(
    module: torch.nn.Module,
    query: Float[Tensor, "batch head query size"],
    key: Float[Tensor, "batch kv_head key size"],
    value: Float[Tensor, "batch kv_head key size"],
    attention_mask: Bool[Tensor, "_ 1 packed_query key"] | None,
    scaling: float,
    attention_rows: AttentionRows | None = None,
    **kwargs: Any,
) -> tuple[Float[Tensor, "batch query head size"], None]:
    """Grouped-query attention; no mask means causal attention without a past, and no rows.

    Args:
        module: the attention layer (unused; the interface passes it).
        query: of the new tokens.
        key: of the past and the new tokens.
        value: as ``key``.
        attention_mask: True where a query sees a key, packed as ``packed`` packs the queries.
        scaling: of the scores.
        attention_rows: where to add this layer's attention; None where nobody reads it.
        kwargs: other arguments of the interface, which do not matter here.
    """
    del module, kwargs
    batch, heads, length, size = query.shape
    if attention_mask is None and attention_rows is None:
        causal = length > 1
        output = scaled_dot_product_attention(
            query, key, value, is_causal=causal, scale=scaling, enable_gqa=True
        )
        return output.transpose(1, 2), None
    groups = query.reshape(batch, key.shape[1], -1, size)
    if attention_rows is None:
        output = scaled_dot_product_attention(
            groups, key, value, attn_mask=attention_mask, scale=scaling
        )
    else:
        assert attention_mask is not None, "rows are asked for behind a prefix, which has a mask"
        scores = groups @ key.transpose(2, 3) * scaling
        scores = scores.masked_fill(~attention_mask, float("-inf"))
        weights = scores.softmax(dim=-1, dtype=torch.float32)
        attention_rows.add(weights.view(batch, heads, length, -1))
        output = weights.to(value.dtype) @ value
    # Not view: some of torch's kernels return a transposed tensor.
    return output.reshape(batch, heads, length, size).transpose(1, 2), None


def packed(
    mask: Bool[Tensor, "batch query key"], group: int
) -> Bool[Tensor, "batch 1 packed_query key"]:
    """A mask for queries of which ``group`` heads share a key head."""
    return mask.repeat(1, group, 1)[:, None]


AttentionInterface.register(NAME, attend)
