"""A model of a shape with random weights, made where and as it is used: no float32 copy elsewhere."""

from importlib.resources import files
from typing import Any

import torch
from transformers import (
    AutoImageProcessor,
    AutoModelForImageTextToText,
    AutoTokenizer,
    PreTrainedModel,
)

from dmlr.bench.shapes import Shape
from dmlr.vlm.load import FAMILIES
from dmlr.vlm.model import ATTENTION, VisionLanguageModel

SEED = 0
# Its tokenizer and chat template serve every shape: its ids fit into every vocabulary.
EMBEDDED = str(files("dmlr.resources") / "shapes-1m")


def random_model(shape: Shape, *, dtype: torch.dtype, device: torch.device) -> Any:
    """The model library's model, initialised as that library does (std 0.02), by a fixed seed.

    Sets torch's global seed. On the device ``meta`` it takes neither memory nor time.
    """
    config = shape.config(_tokenizer().get_vocab())
    torch.manual_seed(SEED)
    with torch.device(device):
        model: PreTrainedModel = AutoModelForImageTextToText.from_config(
            config, dtype=dtype, attn_implementation=ATTENTION
        )
    return model


def build(shape: Shape, *, dtype: torch.dtype, device: torch.device) -> VisionLanguageModel:
    """The adapter around a random model, with the embedded checkpoint's tokenizer."""
    model = random_model(shape, dtype=dtype, device=device)
    processor = AutoImageProcessor.from_pretrained(
        EMBEDDED, backend="pil", local_files_only=True, patch_size=shape.patch
    )
    return FAMILIES[shape.family](model, _tokenizer(), processor)


def _tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(EMBEDDED, local_files_only=True)
