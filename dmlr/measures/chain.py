"""What a reply owes to the picture, and what each of its steps adds: a batch of replies.

Whatever profile wrote a reply, the frozen model reads it under vanilla's unified prompt, without think
tokens. So a difference between two profiles is one between their replies, not between two readers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from dmlr.measures.forced import Forced
from dmlr.measures.gold import Named
from dmlr.measures.reading import Reading, read
from dmlr.methods import vanilla
from dmlr.methods.answer import Question
from dmlr.methods.stand_in import shown
from dmlr.records import Chain
from dmlr.vlm.model import VisionLanguageModel

PROMPT: Literal["unified"] = "unified"


@dataclass(frozen=True)
class Written:
    """A reply to a question; ``gold`` is None where no label set has one."""

    question: Question
    reply: str
    gold: Named | None


@torch.no_grad()
def measure(vlm: VisionLanguageModel, written: Sequence[Written], perturbed: str) -> list[Chain]:
    """Measure a batch of replies.

    Args:
        vlm: the model that reads them.
        written: the replies.
        perturbed: the picture that is shown instead of the sample's, a key of ``stand_in.PICTURES``;
            of the same grid, so that both prompts have the same tokens.
    """
    questions = [one.question for one in written]
    readings = [read(vlm.tokenizer, one.reply, one.gold) for one in written]
    seeing = _forced(vlm, questions, readings)
    answers = seeing.answers([reading.probes for reading in readings])
    found = seeing.log_probabilities
    del seeing  # its keys and values, before there are those of the other pictures
    others = [shown(vlm, question, perturbed) for question in questions]
    without = _forced(vlm, others, readings).log_probabilities
    return [
        Chain(
            sample_id=one.question.sample_id,
            status="ok",
            dependency=[a - b for a, b in zip(*pair, strict=True)],
            log_probability=pair[0],
            step_ends=reading.step_ends,
            labels=one.gold.labels if one.gold else None,
            gold=one.gold.text if one.gold else None,
            gold_log_probability=answer,
        )
        for one, reading, answer, pair in zip(
            written, readings, answers, zip(found, without, strict=True), strict=True
        )
    ]


def _forced(
    vlm: VisionLanguageModel, questions: Sequence[Question], readings: Sequence[Reading]
) -> Forced:
    asked = [vanilla.ask(vlm, question, PROMPT) for question in questions]
    prefix = vlm.prefill(asked, [question.images for question in questions])
    return Forced(vlm, prefix, asked, [reading.ids for reading in readings])
