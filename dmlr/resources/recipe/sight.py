"""First lesson of the embedded model: its vision tower names what each image token shows.

Without it the shapes stay at chance for thousands of steps of the second lesson: the replies reward
colours, which are easy, long before they reward shapes.
"""

from random import Random

import torch
from jaxtyping import Int
from torch import Tensor, nn
from transformers import BaseImageProcessor, Qwen2_5_VLForConditionalGeneration

from dmlr.datasets.shapes_scene import COLOURS, SHAPES, Scene, random_scene

STEPS, BATCH, LEARNING_RATE = 600, 32, 2e-3
TOKEN = 28  # pixels; side of the square that one image token covers
CLASSES = [f"{colour} {shape}" for colour in COLOURS for shape in SHAPES]
NOTHING, IGNORED = len(CLASSES), -100


def teach_sight(
    model: Qwen2_5_VLForConditionalGeneration, processor: BaseImageProcessor, *, seed: int
) -> None:
    """Train the vision tower alone, through a linear head that is thrown away afterwards."""
    random = Random(f"sight/{seed}")
    head = nn.Linear(model.config.text_config.hidden_size, len(CLASSES) + 1)
    tower = model.model.visual
    parameters = [*tower.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, betas=(0.9, 0.98), weight_decay=0.01)
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, step / 100, (STEPS - step) / 200)
        scenes = [
            random_scene(random, count=random.randint(2, 5), split="train") for _ in range(BATCH)
        ]
        inputs = processor(images=[scene.draw() for scene in scenes], return_tensors="pt")
        features = model.model.get_image_features(**inputs, return_dict=True).pooler_output
        targets = torch.cat([shown(scene) for scene in scenes])
        logits = head(torch.cat(features))
        loss = nn.functional.cross_entropy(logits, targets, ignore_index=IGNORED)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        if step % 50 == 49:
            item = (targets != IGNORED) & (targets != NOTHING)
            right = (logits.argmax(-1) == targets)[item].float().mean().item()
            print(f"sight {step + 1}/{STEPS} loss {loss.item():.3f} named {right:.2f}", flush=True)


def shown(scene: Scene) -> Int[Tensor, " patch"]:
    """Per image token, the class of the item whose centre it holds; its other tokens are ignored."""
    columns, rows = scene.width // TOKEN, scene.height // TOKEN
    targets = torch.full((rows, columns), NOTHING)
    for item in scene.items:
        left, right = ((item.x + side * item.radius) // TOKEN for side in (-1, 1))
        top, bottom = ((item.y + side * item.radius) // TOKEN for side in (-1, 1))
        targets[max(0, top) : bottom + 1, max(0, left) : right + 1] = IGNORED
    for item in scene.items:
        targets[item.y // TOKEN, item.x // TOKEN] = CLASSES.index(item.name)
    return targets.flatten()
