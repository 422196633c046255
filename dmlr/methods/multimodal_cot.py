r"""Method multimodal-cot: a rationale first, then the answer from it.

The original (arXiv 2302.00923) fine-tunes two text models with vision features; on a frozen
vision-language model only its two stages are left. What is ours: both prompts (dmlr/prompts.py), that
the second call is a new conversation with the image again, and that a ``\boxed{}`` in the rationale
loses its box, so that the second call is not handed a finished answer.
"""

from collections.abc import Sequence

from dmlr import prompts
from dmlr.boxes import unboxed
from dmlr.methods.answer import Outcome, Question
from dmlr.methods.two_stage import TwoStage
from dmlr.settings import MultimodalCot
from dmlr.vlm.model import VisionLanguageModel


def answer(
    vlm: VisionLanguageModel, questions: Sequence[Question], profile: MultimodalCot, seed: int
) -> list[Outcome]:
    """Answer a batch; ``seed`` is unused, since greedy decoding draws nothing."""
    del seed
    stages = TwoStage(vlm, questions)
    turns = [prompts.rationale_messages(q.text, q.options, images=len(q.images)) for q in questions]
    _, rationales = stages.call(
        turns, max_new_tokens=profile.rationale_tokens, phase="intermediate"
    )
    turns = [
        prompts.from_rationale_messages(
            q.text, q.options, unboxed(rationale.text), images=len(q.images)
        )
        for q, rationale in zip(questions, rationales, strict=True)
    ]
    asked, replies = stages.call(turns, max_new_tokens=profile.max_new_tokens, phase="decode")
    return stages.outcomes(asked, replies, rationales)
