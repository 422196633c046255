"""Qwen3-VL: interleaved M-RoPE, 16-pixel patches, deepstack.

Deepstack: some layers of the vision tower have outputs of their own, which are added to the hidden
states after the first layers of the language model at the image tokens. An injected patch carries them.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import Qwen3VLForConditionalGeneration

from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block


class Qwen3VL(VisionLanguageModel):
    """The adapter: deepstack levels on their way from the vision tower to the language model."""

    transformers_class = Qwen3VLForConditionalGeneration
    may_forbid_words = False

    @property
    def deepstack_levels(self) -> int:
        """How many levels an image's deepstack has."""
        return len(self.model.config.vision_config.deepstack_visual_indexes)

    def _deepstack_of(self, output: Any) -> Float[Tensor, "level patch hidden"]:
        return torch.stack([level[0] for level in output.deepstack_features])

    def _deepstack_arguments(self, block: Block) -> dict[str, Any]:
        if block.deepstack is None:
            return {}
        everywhere = torch.ones(block.embeds.shape[:2], dtype=torch.bool, device=self.device)
        return {
            "visual_pos_masks": everywhere,  # the levels are zero at text tokens
            "deepstack_visual_embeds": [level.flatten(0, 1) for level in block.deepstack],
        }
