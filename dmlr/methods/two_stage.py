"""Answering in two calls about one image, of which the second reads what the first wrote.

Both conversations begin with the same system prompt and image. That beginning is run once, with the
image's stored features; each call continues it.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch

from dmlr.chat import Messages
from dmlr.methods.answer import Clock, Outcome, Question
from dmlr.vlm.cost import Cost, prefilling, replying
from dmlr.vlm.decode import decode
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block, Prompt, Reply
from dmlr.vlm.prefix import Prefix


class TwoStage:
    """A batch of questions with the beginning that its calls share."""

    def __init__(self, vlm: VisionLanguageModel, questions: Sequence[Question]) -> None:
        """Args: the model, and the questions of the batch."""
        self.vlm, self.questions = vlm, questions
        self.clock = Clock(len(questions), vlm.device)
        self._prefix: Prefix | None = None
        self._lengths: list[int] = []
        self._costs: list[Cost] = []

    def call(
        self, turns: Sequence[Messages], *, max_new_tokens: int, phase: str
    ) -> tuple[list[Prompt], list[Reply]]:
        """One call for every question; the first runs what all of them begin with."""
        prompts = [
            self.vlm.prompt(one, question.images)
            for one, question in zip(turns, self.questions, strict=True)
        ]
        if self._prefix is None:
            with self.clock.phase("prefill"):
                self._start(prompts)
        assert self._prefix is not None
        rest = [p.ids[count:] for p, count in zip(prompts, self._lengths, strict=True)]
        with self.clock.phase(phase):
            block = Block.of([self.vlm.embed(ids) for ids in rest])
            replies = decode(self.vlm, self._prefix, block, max_new_tokens=max_new_tokens)
        for row, (length, reply) in enumerate(zip(block.lengths, replies, strict=True)):
            self._costs[row] += replying(length, reply)
        return prompts, replies

    def _start(self, prompts: Sequence[Prompt]) -> None:
        self._lengths = [_beginning(prompt) for prompt in prompts]
        heads = [_head(p, count) for p, count in zip(prompts, self._lengths, strict=True)]
        self._prefix = self.vlm.prefill(heads, [question.images for question in self.questions])
        self._costs = [prefilling(head) for head in heads]

    def outcomes(
        self, prompts: Sequence[Prompt], replies: Sequence[Reply], first: Sequence[Reply]
    ) -> list[Outcome]:
        """The second call's replies, with those of the first beside them."""
        return [
            Outcome(
                prompt,
                reply,
                cost=cost,
                seconds=self.clock.seconds,
                intermediate=before,
            )
            for prompt, reply, before, cost in zip(
                prompts, replies, first, self._costs, strict=True
            )
        ]


def _beginning(prompt: Prompt) -> int:
    """How many tokens all calls share: up to the end of the last image, or the first token."""
    places = prompt.image_places
    return int(places[-1]) + 1 if len(places) else 1


def _head(prompt: Prompt, count: int) -> Prompt:
    positions = prompt.positions[:, :count]
    return replace(
        prompt,
        prefix=prompt.prefix[:count],
        suffix=torch.cat([prompt.prefix[count:], prompt.suffix]),
        positions=positions,
        next_position=int(positions.max()) + 1,
    )
