"""Trains the embedded model from nothing: ``python -m dmlr.resources.recipe.train OUT``.

First the vision tower learns to name what each image token shows, then the whole model learns to answer.
About 35 minutes on two cores; the same seed on the same machine gives the same weights.
"""

import argparse
import math
import time
from pathlib import Path
from random import Random

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers import (
    AutoImageProcessor,
    AutoTokenizer,
    DynamicCache,
    GenerationConfig,
    Qwen2_5_VLForConditionalGeneration,
)

from dmlr import prompts
from dmlr.chat import THINK
from dmlr.resources.recipe.architecture import model_config, train_tokenizer
from dmlr.resources.recipe.batches import INJECTED, Batch, Batches, random_question, reply
from dmlr.resources.recipe.sight import teach_sight

VOCAB = 800
LEARNING_RATE, WARM_UP = 1e-3, 150
SCHEDULE = 3000  # steps of the whole schedule; training is cut before its end, see --steps
DIRECT_EVERY = 10  # one batch in ten is answered without reasoning, for the direct-answer prompt
MAX_NOISE = (
    0.1  # standard deviation on think tokens; the paper's sigma, so that DMLR is in distribution
)


def corpus(seed: int, size: int = 3000) -> list[str]:
    """Texts of training questions with their replies, the tokenizer's training data."""
    random = Random(seed)
    pairs = [
        random_question(random, items=random.randint(1, 5), split="train") for _ in range(size)
    ]
    texts = [
        prompts.SYSTEM,
        prompts.TASK,
        prompts.DIRECT_TASK,
        "You are a helpful assistant.",
    ] * 100
    texts += ["system\n", "user\n", "assistant\n", "\n\nQuestion: "] * 100
    for _, question in pairs:
        texts.append(prompts.question_text(question.text, question.options))
        texts.append(reply(question, "unified"))
    return texts


def initialise(model: nn.Module) -> None:
    """Fan-in initialisation, std = 1 / sqrt(fan in): 0.02 does not learn at this width."""
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv3d):
            nn.init.normal_(module.weight, std=module.weight[0].numel() ** -0.5)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=module.embedding_dim**-0.5)


def loss_of(
    model: Qwen2_5_VLForConditionalGeneration, batch: Batch, *, think_id: int, injected_id: int
) -> Float[Tensor, ""]:
    """Cross-entropy of the replies, with noise on the think tokens and real patches injected."""
    ids = batch.input_ids
    with torch.no_grad():  # the vision tower has had its lesson
        output = model.model.get_image_features(batch.pixel_values, batch.grid, return_dict=True)
    features = torch.cat(output.pooler_output)
    embeds = model.get_input_embeddings()(ids)
    image = ids == model.config.image_token_id
    embeds = embeds.masked_scatter(image[..., None], features)
    embeds = embeds.masked_scatter((ids == injected_id)[..., None], features[batch.source])
    inside = torch.arange(ids.shape[1])[None] < batch.lengths[:, None]
    think = (ids == think_id) & inside
    sigma = torch.rand(len(ids), 1, 1) * MAX_NOISE
    embeds = embeds + think[..., None] * sigma * torch.randn_like(embeds)
    positions, _ = model.model.get_rope_index(ids, image.int(), image_grid_thw=batch.grid)
    hidden, start = hidden_states(model, ids, embeds, positions)
    labels = batch.labels[:, start:]
    learnt = labels != -100
    return nn.functional.cross_entropy(model.lm_head(hidden[learnt]), labels[learnt])


def hidden_states(
    model: Qwen2_5_VLForConditionalGeneration,
    ids: Int[Tensor, "batch seq"],
    embeds: Float[Tensor, "batch seq hidden"],
    positions: Int[Tensor, "3 batch seq"],
) -> tuple[Float[Tensor, "batch rest hidden"], int]:
    """Last hidden states from the position returned with them; what all rows share is run once."""
    same = (ids == ids[:1]).all(0) & (ids[0] != model.config.image_token_id)
    start = int(same.int().cumprod(0).sum())
    cache = DynamicCache()
    language_model = model.model.language_model
    language_model(
        inputs_embeds=embeds[:1, :start],
        position_ids=positions[:, :1, :start],
        past_key_values=cache,
    )
    for layer in cache.layers:
        layer.keys = layer.keys.expand(len(ids), -1, -1, -1)
        layer.values = layer.values.expand(len(ids), -1, -1, -1)
    rest = language_model(
        inputs_embeds=embeds[:, start:],
        position_ids=positions[..., start:],
        past_key_values=cache,
    )
    return rest[0], start


def learning_rate(step: int) -> float:
    """Linear warm-up, then a cosine that would reach zero at the end of the schedule."""
    if step < WARM_UP:
        return LEARNING_RATE * (step + 1) / WARM_UP
    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / (SCHEDULE - WARM_UP)))


def max_items(step: int) -> int:
    """Curriculum: scenes of one item, then two, then up to five."""
    return 1 if step < 0.04 * SCHEDULE else 2 if step < 0.1 * SCHEDULE else 5


def train(folder: Path, *, steps: int, batch_size: int, seed: int) -> None:
    """Train and write a standard checkpoint directory."""
    torch.manual_seed(seed)
    train_tokenizer(corpus(seed), vocab_size=VOCAB, folder=folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    batches = Batches(tokenizer, processor, seed=seed)
    model = Qwen2_5_VLForConditionalGeneration(model_config(tokenizer.get_vocab()))
    initialise(model)
    teach_sight(model, processor, seed=seed)
    ids = {"think_id": tokenizer.convert_tokens_to_ids(THINK)}
    ids["injected_id"] = tokenizer.convert_tokens_to_ids(INJECTED)
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
    started = time.monotonic()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step)
        batch = batches.draw(batch_size, max_items=max_items(step), direct=step % DIRECT_EVERY == 0)
        loss = loss_of(model, batch, **ids)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % 50 == 49:
            minutes = (time.monotonic() - started) / 60
            print(f"step {step}/{steps} loss {loss.item():.4f} minutes {minutes:.1f}", flush=True)
    save(model, folder, tokenizer.pad_token_id)


def save(model: Qwen2_5_VLForConditionalGeneration, folder: Path, pad_token_id: int) -> None:
    """Write config, generation config (greedy) and safetensors."""
    eos = model.config.text_config.eos_token_id
    model.generation_config = GenerationConfig(eos_token_id=eos, pad_token_id=pad_token_id)
    model.save_pretrained(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    # More would learn more: methods can only differ on a model that still makes mistakes.
    parser.add_argument("--steps", type=int, default=2401)
    parser.add_argument("--batch-size", type=int, default=48)
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()
    train(
        arguments.folder,
        steps=arguments.steps,
        batch_size=arguments.batch_size,
        seed=arguments.seed,
    )
