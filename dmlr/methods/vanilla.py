"""Method vanilla: the model answers by itself, greedily."""

from collections.abc import Sequence

from dmlr import prompts
from dmlr.methods.answer import Clock, Outcome, Question
from dmlr.settings import Vanilla
from dmlr.vlm.cost import prefilling, replying
from dmlr.vlm.decode import decode
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block, Prompt


def answer(
    vlm: VisionLanguageModel, questions: Sequence[Question], profile: Vanilla, seed: int
) -> list[Outcome]:
    """Answer a batch; ``seed`` is unused, since greedy decoding draws nothing."""
    del seed
    clock = Clock(len(questions), vlm.device)
    with clock.phase("prefill"):
        asked = [ask(vlm, question, profile.prompt) for question in questions]
        prefix = vlm.prefill(asked, [question.images for question in questions])
    with clock.phase("decode"):
        block = Block.of([vlm.embed(prompt.suffix) for prompt in asked])
        replies = decode(vlm, prefix, block, max_new_tokens=profile.max_new_tokens)
    return [
        Outcome(p, r, prefilling(p) + replying(len(p.suffix), r), clock.seconds)
        for p, r in zip(asked, replies, strict=True)
    ]


def ask(vlm: VisionLanguageModel, question: Question, prompt: str) -> Prompt:
    """The prompt without think tokens, in one of the wordings of ``prompts.messages``."""
    turns = prompts.messages(
        question.text,
        question.options,
        prompt=prompt,
        images=len(question.images),
        card=question.card,
    )
    return vlm.prompt(turns, question.images)
