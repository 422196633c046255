"""Training batches: scenes drawn on the fly, put into the pipeline's own prompts."""

from dataclasses import dataclass
from random import Random

import torch
from jaxtyping import Float, Int
from PIL import Image
from torch import Tensor
from transformers import BaseImageProcessor, PreTrainedTokenizerBase

from dmlr import prompts
from dmlr.chat import THINK
from dmlr.datasets.shapes_question import KINDS, Question, ask
from dmlr.datasets.shapes_scene import Scene, random_scene

INJECTED = (
    "<|vision_pad|>"  # holds the place of an injected patch, embedded from the image's features
)


@dataclass(frozen=True)
class Batch:
    """One batch, padded on the right.

    ``labels`` is the next token where the reply is learnt, -100 elsewhere. ``source`` gives for every
    injected patch the image token (of the whole batch) whose features it carries, in reading order.
    """

    input_ids: Int[Tensor, "batch seq"]
    labels: Int[Tensor, "batch seq"]
    lengths: Int[Tensor, " batch"]
    source: Int[Tensor, " injected"]
    pixel_values: Float[Tensor, "patches channels"]
    grid: Int[Tensor, "batch 3"]


def random_question(random: Random, *, items: int, split: str) -> tuple[Scene, Question]:
    """A scene with a question whose kind is drawn first, so that all kinds are equally frequent."""
    kind = random.choice(list(KINDS))
    while True:
        scene = random_scene(random, count=max(items, 2) if kind == "side" else items, split=split)
        question = ask(random, scene, kind)
        if question is not None:
            return scene, question


def reply(question: Question, prompt: str) -> str:
    """What the model is taught to answer."""
    if prompt == "direct":
        return f"\\boxed{{{question.boxed}}}"
    return f"<think>{question.reasoning}</think><answer>\\boxed{{{question.boxed}}}</answer>"


class Batches:
    """Makes batches of one split; the same seed makes the same batches."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, processor: BaseImageProcessor, *, seed: int
    ) -> None:
        self.tokenizer = tokenizer
        self.processor = processor
        self.random = Random(seed)

    def draw(self, size: int, *, max_items: int, direct: bool) -> Batch:
        """Draw ``size`` training questions about scenes of up to ``max_items`` items.

        ``direct`` asks for the answer alone; otherwise half of the prompts carry think tokens.
        """
        pairs = [
            random_question(self.random, items=self.random.randint(1, max_items), split="train")
            for _ in range(size)
        ]
        images = [scene.draw() for scene, _ in pairs]
        features = self.processor(images=images, return_tensors="pt")
        grid = features["image_grid_thw"]
        tokens = [int(t * h * w) // 4 for t, h, w in grid]
        starts = [sum(tokens[:i]) for i in range(size)]
        rows = [
            self._row(question, n, "direct" if direct else "unified")
            for (_, question), n in zip(pairs, tokens, strict=True)
        ]
        injected = self.tokenizer.convert_tokens_to_ids(INJECTED)
        source = [
            start + self.random.randrange(n)
            for (ids, _), start, n in zip(rows, starts, tokens, strict=True)
            for _ in range(ids.count(injected))
        ]
        return Batch(
            input_ids=self._pad([ids for ids, _ in rows], self.tokenizer.pad_token_id),
            labels=self._pad([labels for _, labels in rows], -100),
            lengths=torch.tensor([len(ids) for ids, _ in rows]),
            source=torch.tensor(source, dtype=torch.long),
            pixel_values=features["pixel_values"],
            grid=grid,
        )

    def _row(
        self, question: Question, image_tokens: int, prompt: str
    ) -> tuple[list[int], list[int]]:
        think = self._think_block() if prompt == "unified" and self.random.random() < 0.5 else ""
        turns = prompts.messages(question.text, question.options, prompt=prompt)
        if think:  # where prompts.messages puts plain think tokens
            turns[-1]["content"].append({"type": "text", "text": f"\n{think}"})
        text = self.tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, tokenize=False
        ).replace("<|image_pad|>", "<|image_pad|>" * image_tokens)
        asked = self.tokenizer(text)["input_ids"]
        answer = self.tokenizer(reply(question, prompt) + "<|im_end|>")["input_ids"]
        ids = asked + answer
        return ids, [-100] * (len(asked) - 1) + answer + [-100]

    def _think_block(self) -> str:
        """Think tokens as a method would place them, half of them followed by injected patches."""
        count = self.random.choice([1, 2, 4, 4, 4, 4, 4, 8])
        most = self.random.choice([0, 0, 2, 4])
        return "".join(THINK + INJECTED * self.random.randint(0, most) for _ in range(count))

    @staticmethod
    def _pad(rows: list[list[int]], value: int) -> Tensor:
        width = max(map(len, rows))
        return torch.tensor([row + [value] * (width - len(row)) for row in rows])


def blank(image: Image.Image) -> Image.Image:
    """The image with everything wiped out, for the control that shows that the image is used."""
    return Image.new("RGB", image.size, (220, 220, 220))
