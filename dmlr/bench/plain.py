"""Passes as the model library itself does them: what as many tokens cost without the engine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from transformers import DynamicCache

from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.prefix import Prefix


class PlainPasses:
    """Passes behind a copy of a batch of prefixes, with the library's fused attention and its cache."""

    def __init__(
        self, vlm: VisionLanguageModel, prefix: Prefix, tokens: Sequence[int], *, read: int
    ) -> None:
        """Args: the model; prefixes of equal length; tokens of each pass; places that get logits."""
        self.vlm, self.read = vlm, read
        self.cache = DynamicCache()
        for number, layer in enumerate(prefix.cache.layers):
            past = slice(layer.length)
            buffer = layer.buffer
            self.cache.update(
                buffer.keys[:, :, past].clone(), buffer.values[:, :, past].clone(), number
            )
        hidden = vlm.embed(torch.zeros(max(tokens), dtype=torch.long, device=vlm.device))
        embeds = hidden.expand(len(prefix), -1, -1)
        self.passes = [(embeds[:, :count], prefix.positions(count)) for count in tokens]

    @torch.no_grad()
    def run(self, times: int) -> None:
        """All passes one after the other, so many times."""
        with fused_attention(self.vlm):
            for embeds, positions in self.passes * times:
                output = self.vlm.text(
                    inputs_embeds=embeds,
                    position_ids=positions,
                    past_key_values=self.cache,
                    use_cache=True,
                )
                read = output.last_hidden_state[:, : self.read].flatten(0, 1)
                self.vlm.model.lm_head(read)
                self.cache.crop(-embeds.shape[1])


@contextmanager
def fused_attention(vlm: VisionLanguageModel) -> Iterator[None]:
    """Let the language model use transformers' own ``sdpa`` instead of ours."""
    before = vlm.config._attn_implementation
    vlm.config._attn_implementation = "sdpa"
    try:
        yield
    finally:
        vlm.config._attn_implementation = before
