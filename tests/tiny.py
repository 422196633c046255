"""A random checkpoint in the standard layout, small enough to build in every test session."""

from pathlib import Path

import torch
from transformers import GenerationConfig, Qwen2_5_VLForConditionalGeneration

from dmlr import prompts, settings
from dmlr.resources.recipe.architecture import model_config, train_tokenizer
from dmlr.resources.recipe.train import initialise


def write_checkpoint(folder: Path) -> None:
    """Write it: the embedded model's architecture with random weights of a fixed seed."""
    texts = [prompts.SYSTEM, prompts.TASK, "What colour is the red circle? A. left B. right"] * 20
    train_tokenizer(texts, vocab_size=300, folder=folder)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(5)
    model = Qwen2_5_VLForConditionalGeneration(model_config(tokenizer.get_vocab()))
    initialise(model)
    model.generation_config = GenerationConfig(
        eos_token_id=model.config.text_config.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    model.save_pretrained(folder)


def model_settings(checkpoint: str) -> settings.Model:
    return settings.Model(
        checkpoint=checkpoint,
        revision=None,
        offline=True,
        family="qwen2_5_vl",
        dtype="float32",
        min_image_tokens=4,
        max_image_tokens=256,
    )


def dmlr_profile(**changes) -> settings.Dmlr:
    fields = {
        "method": "dmlr", "think_tokens": 3, "steps": 5, "learning_rate": 0.001, "sigma": 0.1,
        "sigma_decay": 0.95, "top_k": 7, "patches_initial": 2, "patches_added": 2,
        "patches_max": 11, "max_new_tokens": 13,
    }  # fmt: skip
    return settings.Dmlr(**(fields | changes))
