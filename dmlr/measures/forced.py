"""Replies put into the model's mouth: how probable it finds them, and answers behind parts of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice, pairwise
from math import isfinite

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from dmlr.measures.reading import Probe
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block, Prompt
from dmlr.vlm.prefix import Prefix

AT_ONCE = 128  # places whose logits over the whole vocabulary are held at a time


class Forced:
    """A batch of replies, run once behind their prompts.

    Attributes:
        log_probabilities: of each row's reply, token by token, in nats.
    """

    def __init__(
        self,
        vlm: VisionLanguageModel,
        prefix: Prefix,
        prompts: Sequence[Prompt],
        replies: Sequence[Sequence[int]],
    ) -> None:
        """Args: the model, the prompts' prefixes, the prompts, and the tokens of the replies."""
        self.vlm, self.prefix = vlm, prefix
        self._rest = [len(prompt.suffix) for prompt in prompts]
        self._fed = [
            prompt.suffix.tolist() + list(reply)
            for prompt, reply in zip(prompts, replies, strict=True)
        ]
        block = _block(vlm, self._fed)
        self._count = block.embeds.shape[1]
        self._cache = prefix.cache.fork()
        mask = prefix.mask(self._count)
        hidden = vlm.run(block, prefix.positions(self._count), self._cache, mask)
        places = [
            list(range(rest, len(fed))) for rest, fed in zip(self._rest, self._fed, strict=True)
        ]
        self.log_probabilities = _scores(vlm, hidden, self._fed, places)

    def answers(self, probes: Sequence[Sequence[Probe]]) -> list[list[float]]:
        """The log-probability of each probe's answer, in nats; all of them in one pass."""
        if not any(probes):
            return [[] for _ in probes]
        rows = [
            _laid(fed, rest, row)
            for fed, rest, row in zip(self._fed, self._rest, probes, strict=True)
        ]
        fed = [row.ids for row in rows]
        seen, within = (self._padded(x) for x in ([r.seen for r in rows], [r.within for r in rows]))
        positions = self.prefix.next_position[:, None] + seen + within
        mask = self._mask(self._padded([row.pieces for row in rows]), seen)
        block, cache = _block(self.vlm, fed), self._cache.fork()
        hidden = self.vlm.run(block, positions.expand(3, -1, -1), cache, mask)
        scores = _scores(self.vlm, hidden, fed, [row.scored for row in rows])
        return [_summed(*pair) for pair in zip(scores, rows, strict=True)]

    def _mask(
        self, pieces: Int[Tensor, "row token"], seen: Int[Tensor, "row token"]
    ) -> Bool[Tensor, "row token key"]:
        """Which keys a token sees: all of the prefix, ``seen`` tokens behind it, and its own piece."""
        prefix = self.prefix.valid[:, None].expand(-1, pieces.shape[1], -1)
        reply = torch.arange(self._count, device=seen.device) < seen[..., None]
        same = pieces[:, :, None] == pieces[:, None]
        return torch.cat([prefix, reply, same.tril()], dim=2)

    def _padded(self, rows: Sequence[Sequence[int]]) -> Int[Tensor, "row token"]:
        found = [torch.tensor(row, dtype=torch.long, device=self.vlm.device) for row in rows]
        return pad_sequence(found, batch_first=True, padding_value=-1)


@dataclass(frozen=True)
class Laid:
    """The probes of a row one behind the other, in one sequence in which they do not see one another.

    Each begins with the last token that it follows, once more, so that its own first token is
    predicted like any other.

    Attributes:
        ids: the tokens.
        pieces: of each token, the number of its probe.
        seen: of each token, how many tokens behind the prefix come before its probe.
        within: of each token, its place in its probe.
        scored: the places of the answers' tokens.
        counts: of each probe, how many of them are its answer's.
    """

    ids: list[int] = field(default_factory=list)
    pieces: list[int] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    within: list[int] = field(default_factory=list)
    scored: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)


def _laid(fed: Sequence[int], rest: int, probes: Sequence[Probe]) -> Laid:
    """Args: a row's tokens behind its prefix, how many of them are the prompt's, its probes."""
    found = Laid()
    for number, probe in enumerate(probes):
        seen = rest + probe.follows - 1
        piece = [fed[seen], *probe.ids]
        found.ids.extend(piece)
        found.pieces.extend([number] * len(piece))
        found.seen.extend([seen] * len(piece))
        found.within.extend(range(len(piece)))
        found.scored.extend(range(len(found.ids) - probe.scored, len(found.ids)))
        found.counts.append(probe.scored)
    return found


def _summed(scores: Sequence[float], row: Laid) -> list[float]:
    """The log-probabilities of the probes, from those of their answers' tokens."""
    ends = [0, *accumulate(row.counts)]
    return [sum(scores[begin:end]) for begin, end in pairwise(ends)]


def _block(vlm: VisionLanguageModel, rows: Sequence[Sequence[int]]) -> Block:
    found = [torch.tensor(row, dtype=torch.long, device=vlm.device) for row in rows]
    return Block.of([vlm.embed(row) for row in found])


def _scores(
    vlm: VisionLanguageModel,
    hidden: Float[Tensor, "row token hidden"],
    fed: Sequence[Sequence[int]],
    places: Sequence[Sequence[int]],
) -> list[list[float]]:
    """The log-probabilities of the tokens at some places, each predicted by the one before it.

    Raises:
        ValueError: one is not a number, as half types that overflow make it.
    """
    index = [(row, place) for row, found in enumerate(places) for place in found]
    values: list[float] = []
    for start in range(0, len(index), AT_ONCE):
        part = index[start : start + AT_ONCE]
        rows, columns = ([pair[n] for pair in part] for n in (0, 1))
        tokens = torch.tensor([fed[row][place] for row, place in part], device=hidden.device)
        logits = vlm.logits(hidden[rows, [place - 1 for place in columns]])
        values += logits.log_softmax(dim=-1).gather(1, tokens[:, None])[:, 0].tolist()
    if not all(map(isfinite, values)):
        raise ValueError("a log-probability is not a number; float32 or bfloat16 reach further")
    following = iter(values)
    return [list(islice(following, len(found))) for found in places]
