"""Method dmlr: optimise latent think tokens for each sample, then answer greedily."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent.profile import Dmlr
from dmlr.latent.search import Search
from dmlr.latent.sequence import Label, interleave
from dmlr.methods.answer import Clock, Outcome, Question
from dmlr.methods.prepared import Prepared, prepare
from dmlr.methods.stand_in import DECODED, foreign_question, shown
from dmlr.vlm.cost import Cost, replying
from dmlr.vlm.decode import decode
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Reply

Found = tuple[Float[Tensor, "think hidden"], Cost]


def answer(
    vlm: VisionLanguageModel, questions: Sequence[Question], profile: Dmlr, seed: int
) -> list[Outcome]:
    """Answer a batch; what a sample draws comes from ``seed`` and its id alone."""
    clock = Clock(len(questions), vlm.device)
    with clock.phase("prefill"):
        seen = [shown(vlm, question, profile.optimised_on) for question in questions]
        prepared = prepare(vlm, seen, profile)
        costs = [prepared.cost(row) for row in range(len(questions))]
    with clock.phase("optimise"):
        searches = prepared.optimised(seed)
        found = _found(vlm, questions, searches, profile, seed)
    if profile.optimised_on != "image":
        with clock.phase("prefill"):
            seeing = profile.model_copy(update={"reward_context": "image"})  # no reward any more
            prepared = prepare(vlm, questions, seeing)
            costs = [cost + prepared.cost(row) for row, cost in enumerate(costs)]
    with clock.phase("decode"):
        sequences = [_sequence(prepared, row, search) for row, search in enumerate(searches)]
        replies = _decode(prepared, [think for think, _ in found], sequences)
    for row, (search, (_, cost)) in enumerate(zip(searches, found, strict=True)):
        costs[row] += search.cost + cost + replying(len(sequences[row]), replies[row])
    made = zip(prepared.prompts, replies, costs, searches, found, strict=True)
    return [
        Outcome(p, r, cost, clock.seconds, search, think) for p, r, cost, search, (think, _) in made
    ]


def _found(
    vlm: VisionLanguageModel,
    questions: Sequence[Question],
    searches: Sequence[Search],
    profile: Dmlr,
    seed: int,
) -> list[Found]:
    """The think tokens to decode, and what they cost beyond the samples' own searches."""
    if profile.decoded != "foreign":
        return [(DECODED[profile.decoded](search), Cost()) for search in searches]
    other = prepare(vlm, [foreign_question(vlm, question) for question in questions], profile)
    return [
        (search.best.think, other.cost(row) + search.cost)
        for row, search in enumerate(other.optimised(seed))
    ]


def _sequence(prepared: Prepared, row: int, search: Search) -> list[Label]:
    """The think tokens with the best patches, and the rest of the prompt behind them."""
    profile = prepared.evaluator.profile
    nothing = ((),) * profile.think_tokens
    patches = search.best.patches if profile.decode_patches else nothing
    found = interleave(patches, track_positions=profile.track_positions)
    rest = range(len(prepared.prompts[row].suffix))
    return [*found.labels, *(("rest", place) for place in rest)]


def _decode(
    prepared: Prepared,
    think: Sequence[Float[Tensor, "think hidden"]],
    sequences: Sequence[Sequence[Label]],
) -> list[Reply]:
    evaluator, profile = prepared.evaluator, prepared.evaluator.profile
    return decode(
        evaluator.vlm,
        evaluator.contexts.image,
        evaluator.bank.block(torch.stack(list(think)), sequences),
        max_new_tokens=profile.max_new_tokens,
        forbidden_words=profile.forbidden_words,
    )
