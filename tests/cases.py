"""Questions about pictures of noise, as a model and as transformers take them."""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from dmlr import prompts
from dmlr.chat import Messages
from dmlr.vlm.decode import decode
from dmlr.vlm.parts import Block, ImageFeatures, Prompt


@dataclass(frozen=True)
class Case:
    turns: Messages
    pictures: list[Image.Image]
    features: list[ImageFeatures]
    prompt: Prompt


def noise_image(vlm, rows, columns, seed=1):
    """A picture of so many image tokens, which needs no resize."""
    side = vlm.pixels_per_token
    shape = (rows * side, columns * side, 3)
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


def about(vlm, question, pictures, *, think_tokens=0, prompt="direct"):
    """A question about pictures that have their final size."""
    turns = prompts.messages(
        question, [], prompt=prompt, think_tokens=think_tokens, images=len(pictures)
    )
    features = [vlm.encode_image(picture) for picture in pictures]
    asked = vlm.prompt(turns, features, think_tokens=think_tokens)
    return Case(turns, pictures, features, asked)


def case(vlm, question="Which one is it?", *sizes, seed=1, **changes):
    """A question about pictures of these sizes (rows, columns)."""
    pictures = [noise_image(vlm, *size, seed=seed + n) for n, size in enumerate(sizes)]
    return about(vlm, question, pictures, **changes)


def five(vlm, **changes):
    """Unequal lengths, images of several sizes: one, another, two, none and one again."""
    return [
        case(vlm, "How many?", (2, 7), seed=11, **changes),
        case(vlm, "What colour is the circle left of the red one?", (5, 3), seed=12, **changes),
        case(vlm, "Which of the two?", (3, 4), (2, 3), seed=13, **changes),
        case(vlm, "Is there anything to be seen?", **changes),
        case(vlm, "Why?", (4, 4), seed=16, **changes),
    ]


def prefill(vlm, cases, **how):
    return vlm.prefill([c.prompt for c in cases], [c.features for c in cases], **how)


def suffixes(vlm, cases):
    """The rest of each prompt, as the block that follows the prefixes."""
    return Block.of([vlm.embed(c.prompt.suffix) for c in cases])


def replies(vlm, cases, *, max_new_tokens, **arguments):
    """What method vanilla does."""
    block = suffixes(vlm, cases)
    return decode(vlm, prefill(vlm, cases), block, max_new_tokens=max_new_tokens, **arguments)


def ids(found):
    return [reply.ids for reply in found]


def ends_some(found):
    """A token that several replies have, but not all, and not all at the same place."""
    firsts = {
        token: {len(row[: row.index(token)]) for row in found if token in row}
        for token in sorted({token for row in found for token in row})
    }
    holders = {token: sum(token in row for row in found) for token in firsts}
    return max(
        (token for token in firsts if holders[token] < len(found)),
        key=lambda token: (len(firsts[token]), holders[token]),
    )


@dataclass(frozen=True)
class Injected:
    """What follows a prefix: noisy think tokens with patches behind them, then the prompt's rest.

    ``patches`` says which patch stands at a place, ``deepstack`` is (level, seq, hidden).
    """

    embeds: torch.Tensor
    patches: dict[int, int]
    deepstack: torch.Tensor


def injected(vlm, asked, chosen, seed=3):
    """Put the chosen patches behind the think tokens, one list per token."""
    generator = torch.Generator().manual_seed(seed)
    think = vlm.embed(asked.prompt.think)
    think = think + 0.3 * torch.randn(think.shape, generator=generator)
    rows, patches = [], {}
    for token, numbers in zip(think, chosen, strict=True):
        rows.append(token)
        for number in numbers:
            patches[len(rows)] = number
            rows.append(torch.cat([image.patches for image in asked.features])[number])
    rows += vlm.embed(asked.prompt.suffix)
    deepstack = torch.zeros(vlm.deepstack_levels, len(rows), think.shape[1])
    for place, number in patches.items():
        levels = torch.cat([image.deepstack for image in asked.features], dim=1)
        deepstack[:, place] = levels[:, number]
    return Injected(torch.stack(rows), patches, deepstack)


def block(rows):
    """A batch of what follows the prefixes."""
    found = Block.of([row.embeds for row in rows])
    if not len(rows[0].deepstack):
        return found
    levels = found.embeds.new_zeros(len(rows[0].deepstack), *found.embeds.shape)
    for number, row in enumerate(rows):
        levels[:, number, : len(row.embeds)] = row.deepstack
    return Block(found.embeds, found.lengths, levels)


CHOSEN = [  # patches per think token, for ``five``
    [[3], [], [13, 0]],
    [[], [14, 2, 7], [2]],
    [[17, 1, 12], [4], [11, 5, 0, 16]],
    [[], [], []],
    [[15], [15], [15]],
]


def five_injected(vlm):
    """The five with patches: of the second image too, twice the same one, and none."""
    asked = five(vlm, think_tokens=3)
    rows = [injected(vlm, *pair, seed=n) for n, pair in enumerate(zip(asked, CHOSEN, strict=True))]
    return asked, rows
