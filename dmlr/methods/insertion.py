"""Blocks of image tokens behind the tokens of a reply: ICoT's attention-driven selection.

A block is one pass of its own, over the whole batch: rows without a block have padding there.
"""

from collections.abc import Sequence
from functools import cache
from math import isqrt
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from dmlr.latent.noise import SampleNoise
from dmlr.settings import Icot
from dmlr.vlm.attention import AttentionRows
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block, ImageFeatures
from dmlr.vlm.running import Running

FRAME = ["<|vision_start|>", "<|vision_end|>"]  # around the image tokens of a block


def block_positions(patches: int) -> Int[Tensor, "3 seq"]:
    """M-RoPE positions of a block, from that of its first token: an image of near-square form."""
    columns = isqrt(patches - 1) + 1
    places = torch.arange(patches)
    grid = torch.stack([torch.zeros_like(places), places // columns, places % columns]) + 1
    ends = torch.tensor([0, columns + 1]).expand(3, -1)
    return torch.cat([ends[:, :1], grid, ends[:, 1:]], dim=1)


def ends_in(tokenizer: Any, token: int, text: str) -> bool:
    """Whether a token's own text ends in another; special tokens have none."""
    found: str = tokenizer.decode(
        [token], skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    return found.endswith(text)


class Inserter:
    """Puts blocks into the replies of a batch while they are decoded.

    Attributes:
        chosen: per row of the batch, the image tokens of each of its blocks.
    """

    def __init__(
        self,
        vlm: VisionLanguageModel,
        images: Sequence[Sequence[ImageFeatures]],
        noises: Sequence[SampleNoise],
        profile: Icot,
    ) -> None:
        """Args: the model, the images and the randomness of each row, and what is set."""
        self.vlm, self.images, self.noises, self.profile = vlm, images, noises, profile
        self.chosen: list[list[list[int]]] = [[] for _ in images]
        self._is_trigger = cache(lambda token: ends_in(vlm.tokenizer, token, profile.trigger))
        ids = vlm.tokenizer.convert_tokens_to_ids(FRAME)
        self._frame = vlm.embed(torch.tensor(ids, device=vlm.device))

    def triggers(self, ids: Sequence[int]) -> int:
        """How many tokens of a reply are triggers."""
        return sum(map(self._is_trigger, ids))

    def step(self, rows: Running, tokens: Tensor, found: Sequence[list[int]]) -> Tensor:
        """Run the new tokens and, behind those that are due, a block; a step of ``decode``."""
        due = [self._is_due(row, found[row]) for row in rows.active]
        if not any(due):
            return rows.append_tokens(tokens)
        attention = AttentionRows()
        last = rows.append_tokens(tokens, attention)
        looks = attention.at(rows.image_columns)[:, 0].tolist()
        picked = [
            self._pick(row, look) if wanted else []
            for row, look, wanted in zip(rows.active, looks, due, strict=True)
        ]
        block = self._block(rows.active, picked)
        inserted = rows.append(block, self._positions(rows, picked))
        return torch.where(torch.tensor(due, device=last.device)[:, None], inserted, last)

    def _is_due(self, row: int, ids: Sequence[int]) -> bool:
        """Whether a block belongs behind the last token, and there is something to put into it."""
        if not self._is_trigger(ids[-1]) or len(self.chosen[row]) == self.profile.blocks:
            return False
        return self.triggers(ids) % self.profile.every == 0 and bool(self._candidates(row))

    def _candidates(self, row: int) -> list[int]:
        """Image tokens, of all images of the row, that may be inserted."""
        count = sum(len(image.patches) for image in self.images[row])
        taken = set() if self.profile.repeats else {p for block in self.chosen[row] for p in block}
        return [patch for patch in range(count) if patch not in taken]

    def _pick(self, row: int, look: Sequence[float]) -> list[int]:
        """The most attended or drawn candidates, in spatial order; they count as inserted now."""
        candidates = self._candidates(row)
        if self.profile.selection == "random":
            ranked = [candidates[n] for n in self.noises[row].permutation(len(candidates))]
        else:
            ranked = sorted(candidates, key=lambda patch: -look[patch])
        self.chosen[row].append(sorted(ranked[: self.profile.patches]))
        return self.chosen[row][-1]

    def _block(self, active: Sequence[int], picked: Sequence[list[int]]) -> Block:
        """The blocks of the rows; a row that has none has no tokens."""
        framed = [self._framed(*pair) for pair in zip(active, picked, strict=True)]
        block = Block.of(framed)
        if not self.profile.deepstack or not self.vlm.deepstack_levels:
            return block
        levels = block.embeds.new_zeros(self.vlm.deepstack_levels, *block.embeds.shape)
        for place, (row, patches) in enumerate(zip(active, picked, strict=True)):
            if patches:
                found = torch.cat([image.deepstack for image in self.images[row]], dim=1)
                levels[:, place, 1 : 1 + len(patches)] = found[:, patches].to(levels)
        return Block(block.embeds, block.lengths, levels)

    def _framed(self, row: int, patches: Sequence[int]) -> Float[Tensor, "_ hidden"]:
        start, end = self._frame[:1], self._frame[1:]
        if not patches:
            return start[:0]
        found = torch.cat([image.patches for image in self.images[row]])
        return torch.cat([start, found[patches].to(start), end])

    def _positions(self, rows: Running, picked: Sequence[list[int]]) -> Int[Tensor, "3 row seq"]:
        """Blocks begin where the next text token would stand; what padding gets does not matter."""
        offsets = [block_positions(len(p)) if p else torch.zeros(3, 0).long() for p in picked]
        padded = torch.nn.utils.rnn.pad_sequence([one.T for one in offsets], batch_first=True)
        return rows.position[:, None] + padded.permute(2, 0, 1).to(rows.position)
