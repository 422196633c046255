"""Qwen2.5-VL: M-RoPE in chunks, windowed vision attention, 14-pixel patches."""

from transformers import Qwen2_5_VLForConditionalGeneration

from dmlr.vlm.model import VisionLanguageModel


class Qwen25VL(VisionLanguageModel):
    """The adapter; the family needs nothing beyond the shared part."""

    transformers_class = Qwen2_5_VLForConditionalGeneration
