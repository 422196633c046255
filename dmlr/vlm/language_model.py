"""The language model of a family, seen as passes over new tokens behind a cached prefix."""

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers.modeling_utils import PreTrainedModel

from dmlr.vlm.attention import AttentionRows, packed
from dmlr.vlm.cache import PrefixCache
from dmlr.vlm.cost import Cost
from dmlr.vlm.parts import Block
from dmlr.vlm.prefix import Prefix


class LanguageModel:
    """Frozen; works on batches.

    ``passes`` counts calls of it and ``tokens`` the tokens of a row that went through it, padding
    included, so that a method's cost can be told without a clock.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self.model: Any = model.eval().requires_grad_(False)
        self.device: torch.device = model.device
        self.text: Any = self.model.model.language_model
        self.config: Any = self.model.config.text_config
        self.passes = self.tokens = 0

    @property
    def cost(self) -> Cost:
        """Passes and tokens so far; where no row has padding, a difference is what each row cost."""
        return Cost(self.passes, self.tokens)

    @property
    def dtype(self) -> torch.dtype:
        """Type of the weights."""
        dtype: torch.dtype = self.model.dtype
        return dtype

    @property
    def deepstack_levels(self) -> int:
        """How many levels an image's deepstack has."""
        return 0

    def _deepstack_arguments(self, block: Block) -> dict[str, Any]:
        """How the language model is told the deepstack levels of a block."""
        del block
        return {}

    @torch.no_grad()
    def embed(self, ids: Int[Tensor, " seq"]) -> Float[Tensor, "seq hidden"]:
        """Input embeddings of tokens."""
        embeds: Tensor = self.model.get_input_embeddings()(ids)
        return embeds

    def step(
        self, prefix: Prefix, block: Block, *, rows: AttentionRows | None = None
    ) -> Float[Tensor, "batch seq hidden"]:
        """Last hidden states of tokens that follow the prefixes, which are left as they were.

        Args:
            prefix: the batch of prefixes.
            block: the tokens; gradients flow to their embeddings where torch has them enabled.
            rows: collects the attention of the tokens where it is given.
        """
        count = block.embeds.shape[1]
        mask = prefix.mask(count)
        return self.run(block, prefix.positions(count), prefix.cache.fork(), mask, rows)

    def logits(self, hidden: Float[Tensor, "*place hidden"]) -> Float[Tensor, "*place vocab"]:
        """Next-token logits in float32, for the places that are read and no others."""
        logits: Tensor = self.model.lm_head(hidden)
        return logits.to(self.device).float()

    def run(
        self,
        block: Block,
        positions: Int[Tensor, "3 batch seq"],
        cache: PrefixCache,
        mask: Tensor | None,
        rows: AttentionRows | None = None,
    ) -> Float[Tensor, "batch seq hidden"]:
        """One pass of the language model over new tokens, which are appended to the cache.

        Args:
            block: the tokens.
            positions: on M-RoPE's three axes.
            cache: what precedes them.
            mask: (batch, seq, key), True where a token sees a key; None: all that precedes it.
            rows: collects the attention of the tokens where it is given.
        """
        self.passes += 1
        self.tokens += block.embeds.shape[1]
        group = self.config.num_attention_heads // self.config.num_key_value_heads
        output = self.text(
            inputs_embeds=block.embeds,
            attention_mask=None if mask is None else packed(mask, group),
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            attention_rows=rows,
            **self._deepstack_arguments(block),
        )
        hidden: Tensor = output.last_hidden_state
        return hidden.to(self.device)  # the last layer may stand on another GPU
