"""Random checkpoints in the standard layout, small enough to build in every test session."""

import json
from pathlib import Path

import torch
from transformers import (
    AutoTokenizer,
    GenerationConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from dmlr import prompts, settings
from dmlr.resources.recipe.architecture import model_config, train_tokenizer
from dmlr.resources.recipe.train import initialise

FAMILIES = ("qwen2_5_vl", "qwen3_vl")


def write_checkpoint(folder: Path, family: str = "qwen2_5_vl") -> None:
    """Write it: random weights of a fixed seed; the embedded model's architecture for Qwen2.5-VL."""
    texts = [prompts.SYSTEM, prompts.TASK, "What colour is the red circle? A. left B. right"] * 20
    train_tokenizer(texts, vocab_size=300, folder=folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(5)
    if family == "qwen2_5_vl":
        model = Qwen2_5_VLForConditionalGeneration(model_config(tokenizer.get_vocab()))
    else:
        model = Qwen3VLForConditionalGeneration(qwen3_config(tokenizer.get_vocab()))
        config = folder / "preprocessor_config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | QWEN3_PREPROCESSOR))
    initialise(model)
    model.generation_config = GenerationConfig(
        eos_token_id=model.config.text_config.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    model.save_pretrained(folder)


QWEN3_PREPROCESSOR = {
    "processor_class": "Qwen3VLProcessor",
    "patch_size": 16,
    "min_pixels": 4 * 32**2,
    "max_pixels": 256 * 32**2,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}


def qwen3_config(token_id: dict[str, int]) -> Qwen3VLConfig:
    """Sizes that could be mistaken for one another differ; a language model head of its own."""
    return Qwen3VLConfig(
        text_config={
            "vocab_size": len(token_id),
            "hidden_size": 72,
            "intermediate_size": 176,
            "num_hidden_layers": 3,
            "num_attention_heads": 6,
            "num_key_value_heads": 2,
            "head_dim": 24,
            "max_position_embeddings": 4096,
            "rope_parameters": {
                "rope_type": "default", "rope_theta": 10000.0, "mrope_section": [6, 3, 3],
                "mrope_interleaved": True,
            },
            "tie_word_embeddings": False,
            "bos_token_id": token_id["<|endoftext|>"],
            "eos_token_id": token_id["<|im_end|>"],
            "pad_token_id": token_id["<|endoftext|>"],
        },
        vision_config={
            "depth": 4,
            "hidden_size": 48,
            "intermediate_size": 80,
            "num_heads": 4,
            "out_hidden_size": 72,
            "patch_size": 16,
            "num_position_embeddings": 49,
            "deepstack_visual_indexes": [0, 2],
        },
        image_token_id=token_id["<|image_pad|>"],
        video_token_id=token_id["<|video_pad|>"],
        vision_start_token_id=token_id["<|vision_start|>"],
        vision_end_token_id=token_id["<|vision_end|>"],
        tie_word_embeddings=False,
        dtype="float32",
    )  # fmt: skip


def model_settings(checkpoint: str, family: str = "qwen2_5_vl", **changes) -> settings.Model:
    fields = {
        "checkpoint": checkpoint, "revision": None, "offline": True, "family": family,
        "dtype": "float32", "min_image_tokens": 4, "max_image_tokens": 256,
    }  # fmt: skip
    return settings.Model(**(fields | changes))


def dmlr_profile(**changes) -> settings.Dmlr:
    fields = {
        "method": "dmlr", "think_tokens": 3, "steps": 5, "learning_rate": 0.001, "sigma": 0.1,
        "sigma_decay": 0.95, "top_k": 7, "patches_initial": 2, "patches_added": 2,
        "patches_max": 11, "max_new_tokens": 13,
    }  # fmt: skip
    return settings.Dmlr(**(fields | changes))
