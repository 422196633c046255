"""Where think tokens and replies look, and where the tokens lie: a batch of samples (Figure 10)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent.profile import Dmlr
from dmlr.latent.search import Search, State
from dmlr.latent.sequence import interleave
from dmlr.measures.components import components
from dmlr.measures.reading import Tokens
from dmlr.methods import vanilla
from dmlr.methods.answer import Question
from dmlr.methods.prepared import Prepared, prepare
from dmlr.methods.stand_in import shown
from dmlr.records import AttentionMap, Embedding
from dmlr.vlm.attention import AttentionRows
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block
from dmlr.vlm.running import Running

STEPS = (4, 9, 14)  # the paper's 5, 10 and 15, counted from 0; the last step is looked at besides
Name = tuple[Literal["text", "image", "think"], int | None, int | None]  # of an embedding
AT_ONCE = 64  # tokens of a reply whose attention is held at a time


@dataclass(frozen=True)
class Looked:
    """What was found of one sample; ``error`` says why nothing was."""

    sample_id: str
    maps: list[AttentionMap]
    embeddings: list[Embedding]
    error: str | None = None

    def of_sample(self) -> str:
        """Which sample it is of."""
        return self.sample_id

    def is_failed(self) -> bool:
        """Whether nothing was found."""
        return self.error is not None


@torch.no_grad()
def think_tokens(
    vlm: VisionLanguageModel, question: Question, profile: Dmlr, seed: int
) -> tuple[Search, list[AttentionMap], list[Embedding]]:
    """The think tokens of one sample at the start and after some steps.

    What is looked at after a step is the best state so far with its patches: what would be decoded if
    the optimisation ended there. The noise is the sample's own, so a shorter optimisation is the
    beginning of a longer one; nothing needs to watch the loop.

    Returns:
        The whole search, the attention to the image that the optimisation sees, and the embeddings.
    """
    seen = shown(vlm, question, profile.optimised_on)
    prepared = prepare(vlm, [seen], profile)
    last = profile.steps - 1
    searches = {step: _ended(prepared, step, seed) for step in (*STEPS, last) if 0 <= step <= last}
    whole = searches[last] if searches else _ended(prepared, last, seed)
    states = {-1: whole.initial} | {step: search.best for step, search in searches.items()}
    maps = [
        _map(seen, row, step=step, token=token)
        for step, state in states.items()
        for token, row in enumerate(_attention(prepared, state))
    ]
    return whole, maps, list(_embeddings(vlm, prepared, states))


def _ended(prepared: Prepared, step: int, seed: int) -> Search:
    """The search as it is after a step."""
    evaluator = prepared.evaluator
    profile = evaluator.profile.model_copy(update={"steps": step + 1})
    shorter = replace(prepared, evaluator=replace(evaluator, profile=profile))
    return shorter.optimised(seed)[0]


def _attention(prepared: Prepared, state: State) -> Float[Tensor, "think patch"]:
    """The think tokens' attention to the image tokens, in the sequence of the state."""
    evaluator, rows = prepared.evaluator, AttentionRows()
    profile = evaluator.profile
    found = interleave(state.patches, track_positions=profile.track_positions)
    block = evaluator.bank.block(state.think[None], [found.labels])
    image = evaluator.contexts.image
    evaluator.vlm.step(image, block, rows=rows)
    return rows.at(image.image_columns)[0, list(found.places)]


def _embeddings(
    vlm: VisionLanguageModel, prepared: Prepared, states: dict[int, State]
) -> Iterator[Embedding]:
    """The input embeddings of one sample's prompt, and of its think tokens in some states."""
    question, prompt = prepared.questions[0], prepared.prompts[0]
    images = set(prompt.image_places.tolist())
    places = [place for place in range(len(prompt.prefix)) if place not in images]
    text = vlm.embed(torch.cat([prompt.prefix[places], prompt.suffix])).double()
    image = torch.cat([image.patches for image in question.images]).double()
    think = [state.think.double() for state in states.values()]
    names: list[Name] = [("text", None, None) for _ in text]
    names += [("image", None, None) for _ in image]
    names += [("think", step, token) for step in states for token in range(len(prompt.think))]
    plane = components(torch.cat([text, image, *think])).tolist()
    for (kind, step, token), (x, y) in zip(names, plane, strict=True):
        yield Embedding(sample_id=question.sample_id, kind=kind, step=step, token=token, x=x, y=y)


@torch.no_grad()
def reply_map(vlm: VisionLanguageModel, question: Question, reply: str) -> list[AttentionMap]:
    """The mean attention of a reply's tokens to the image, read under vanilla's unified prompt.

    One map; none where the reply is empty.
    """
    asked = vanilla.ask(vlm, question, "unified")
    ids = torch.tensor(Tokens.of(vlm.tokenizer, reply).ids, dtype=torch.long, device=vlm.device)
    if not len(ids):
        return []
    running = Running(vlm, vlm.prefill([asked], [question.images]))
    running.append(Block.of([vlm.embed(asked.suffix)]))
    total = torch.zeros(running.image_columns.shape[1], device=vlm.device)
    for part in ids.split(AT_ONCE):
        rows = AttentionRows()
        running.append(Block.of([vlm.embed(part)]), attention=rows)
        total += rows.at(running.image_columns)[0].sum(dim=0)
    return [_map(question, total / len(ids), step=None, token=None)]


def _map(
    question: Question, attention: Float[Tensor, " patch"], *, step: int | None, token: int | None
) -> AttentionMap:
    image = question.images[0]
    return AttentionMap(
        sample_id=question.sample_id,
        source="reply" if token is None else "think",
        step=step,
        token=token,
        attention=attention.tolist(),
        grid_rows=image.rows,
        grid_columns=image.columns,
    )
