"""Shapes of models to measure with random weights: small ones, and those that the paper uses.

The real shapes have the numbers of the checkpoints' config.json on the hub; a test compares their totals
with the published ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transformers import PreTrainedConfig, Qwen2_5_VLConfig, Qwen3VLConfig

Numbers = dict[str, Any]
# Qwen2.5-VL's vision tower is the same in all sizes but for its output's width.
TOWER_2_5: Numbers = {
    "depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16,
    "fullatt_block_indexes": [7, 15, 23, 31],
}  # fmt: skip
SMALL_TOWER: Numbers = {
    "depth": 4, "hidden_size": 256, "intermediate_size": 688, "num_heads": 4,
    "fullatt_block_indexes": [1, 3],
}  # fmt: skip
TINY_TOWER: Numbers = {
    "depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2,
    "fullatt_block_indexes": [1],
}  # fmt: skip
TINY_TOWER_3: Numbers = {
    "depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2,
    "deepstack_visual_indexes": [0, 1],
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """Everything of a model but its weights and its tokenizer.

    Attributes:
        family: which adapter drives it, a key of ``dmlr.vlm.load.FAMILIES``.
        text: numbers of the language model.
        vision: numbers of the vision tower.
        tied: whether the input embeddings are the output layer's weights.
    """

    family: str
    text: Numbers
    vision: Numbers
    tied: bool

    @property
    def patch(self) -> int:
        """Side of a patch in pixels; 2 x 2 patches are one image token."""
        return 14 if self.family == "qwen2_5_vl" else 16

    def config(self, ids: Mapping[str, int]) -> PreTrainedConfig:
        """The model library's configuration, with the control tokens' ids of a tokenizer."""
        kind = Qwen2_5_VLConfig if self.family == "qwen2_5_vl" else Qwen3VLConfig
        width = self.text["hidden_size"]
        return kind(
            text_config=self.text,
            vision_config={**self.vision, "out_hidden_size": width, "patch_size": self.patch},
            image_token_id=ids["<|image_pad|>"],
            video_token_id=ids["<|video_pad|>"],
            vision_start_token_id=ids["<|vision_start|>"],
            vision_end_token_id=ids["<|vision_end|>"],
            tie_word_embeddings=self.tied,
        )


def _qwen2_5(size: tuple[int, int], heads: tuple[int, int], mlp: int, vocab: int) -> Numbers:
    """Args: hidden size and layers; heads and key heads; the MLP's width; the vocabulary."""
    quarter = size[0] // heads[0] // 8  # M-RoPE turns time, height, width by 2/8, 3/8, 3/8
    return {
        "hidden_size": size[0], "num_hidden_layers": size[1],
        "num_attention_heads": heads[0], "num_key_value_heads": heads[1],
        "intermediate_size": mlp, "vocab_size": vocab,
        "max_position_embeddings": 128000, "rms_norm_eps": 1e-6,
        "bos_token_id": None, "eos_token_id": None,
        "rope_parameters": {
            "rope_type": "default", "rope_theta": 1e6,
            "mrope_section": [quarter, 3 * quarter // 2, 3 * quarter // 2],
        },
    }  # fmt: skip


def _qwen3(
    size: tuple[int, int], heads: tuple[int, int, int], mlp: int, vocab: int, sections: list[int]
) -> Numbers:
    """Args: as for Qwen2.5; the third of ``heads`` is a head's size; ``sections`` are M-RoPE's."""
    return {
        "hidden_size": size[0], "num_hidden_layers": size[1],
        "num_attention_heads": heads[0], "num_key_value_heads": heads[1], "head_dim": heads[2],
        "intermediate_size": mlp, "vocab_size": vocab,
        "max_position_embeddings": 262144, "rms_norm_eps": 1e-6,
        "rope_parameters": {
            "rope_type": "default", "rope_theta": 5e6,
            "mrope_section": sections, "mrope_interleaved": True,
        },
    }  # fmt: skip


def _tower_3(depth: int, hidden: int, mlp: int, levels: list[int]) -> Numbers:
    return {
        "depth": depth, "hidden_size": hidden, "intermediate_size": mlp, "num_heads": 16,
        "deepstack_visual_indexes": levels,
    }  # fmt: skip


SHAPES: dict[str, Shape] = {
    "tiny": Shape("qwen2_5_vl", _qwen2_5((64, 2), (4, 2), 96, 640), TINY_TOWER, tied=True),
    "tiny-qwen3": Shape(
        "qwen3_vl", _qwen3((64, 2), (4, 2, 16), 96, 640, [4, 2, 2]), TINY_TOWER_3, tied=True
    ),
    "small": Shape("qwen2_5_vl", _qwen2_5((512, 12), (8, 2), 1536, 8192), SMALL_TOWER, tied=True),
    "qwen2.5-vl-3b": Shape(
        "qwen2_5_vl", _qwen2_5((2048, 36), (16, 2), 11008, 151936), TOWER_2_5, tied=True
    ),
    "qwen2.5-vl-7b": Shape(
        "qwen2_5_vl", _qwen2_5((3584, 28), (28, 4), 18944, 152064), TOWER_2_5, tied=False
    ),
    "qwen3-vl-4b": Shape(
        "qwen3_vl",
        _qwen3((2560, 36), (32, 8, 128), 9728, 151936, [24, 20, 20]),
        _tower_3(24, 1024, 4096, [5, 11, 17]),
        tied=True,
    ),
    "qwen3-vl-8b": Shape(
        "qwen3_vl",
        _qwen3((4096, 36), (32, 8, 128), 12288, 151936, [24, 20, 20]),
        _tower_3(27, 1152, 4304, [8, 16, 24]),
        tied=False,
    ),
}
