"""Method icot: image tokens come back into the reply while it is written (ICoT, arXiv 2411.19488).

Behind every second new line that the model writes, at most three times, the image tokens to which the
new line attends most are inserted as a small image: the features that the vision tower made of them,
without training and without encoding anything again.

What is ours: the prompt, which is that of all methods (the original ends in "Let's think step by
step."), no worked example, and greedy decoding (the authors sample at a temperature of 0.8 and stop
after 128 tokens, by which many of their answers are cut). A token whose text merely ends in a new line,
such as a full stop and a blank line in one, is a new line too. Where the authors' code for Qwen2-VL
differs from what its paper says, the paper is followed:

- it inserts whenever the new lines so far are even in number, so that after the second one three blocks
  follow on three tokens that need not be new lines; here only a new line asks for a block;
- its places in the cache fall behind by the length of the blocks except where one is inserted, which
  may hide the newest tokens from a causal mask; here all tokens see all that precedes them;
- the attention that chooses is computed without M-RoPE's positions; here it is that of the new line
  in the very pass that decodes it;
- the same image tokens may be inserted again and again; here only with ``repeats: true``.

A block's positions are the authors': a square grid behind the text, whatever the image. Qwen3-VL's
deepstack levels, which did not exist then, are added to inserted tokens with ``deepstack: true`` alone.
A control, ``selection: random``, draws the image tokens of a block.
"""

from collections.abc import Sequence

from dmlr import prompts
from dmlr.latent.noise import SampleNoise
from dmlr.methods.answer import Clock, Outcome, Question
from dmlr.methods.insertion import FRAME, Inserter
from dmlr.settings import Icot
from dmlr.vlm.cost import Cost, prefilling, replying
from dmlr.vlm.decode import decode
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block, Prompt, Reply


def answer(
    vlm: VisionLanguageModel, questions: Sequence[Question], profile: Icot, seed: int
) -> list[Outcome]:
    """Answer a batch; random image tokens come from ``seed`` and the sample's id alone."""
    clock, images = Clock(len(questions), vlm.device), [question.images for question in questions]
    with clock.phase("prefill"):
        asked = [_prompt(vlm, question) for question in questions]
        prefix = vlm.prefill(asked, images)
    with clock.phase("decode"):
        block = Block.of([vlm.embed(prompt.suffix) for prompt in asked])
        noises = [SampleNoise(seed, question.sample_id) for question in questions]
        inserter, budget = Inserter(vlm, images, noises, profile), profile.max_new_tokens
        replies = decode(vlm, prefix, block, max_new_tokens=budget, step=inserter.step)
    return [
        _outcome(prompt, reply, clock, inserter, row)
        for row, (prompt, reply) in enumerate(zip(asked, replies, strict=True))
    ]


def _prompt(vlm: VisionLanguageModel, question: Question) -> Prompt:
    turns = prompts.messages(question.text, question.options, images=len(question.images))
    return vlm.prompt(turns, question.images)


def _outcome(prompt: Prompt, reply: Reply, clock: Clock, inserter: Inserter, row: int) -> Outcome:
    blocks = inserter.chosen[row]
    inserted = Cost(len(blocks), sum(len(block) + len(FRAME) for block in blocks))
    return Outcome(
        prompt,
        reply,
        cost=prefilling(prompt) + replying(len(prompt.suffix), reply) + inserted,
        seconds=clock.seconds,
        insertions=blocks,
        triggers=inserter.triggers(reply.ids),
    )
