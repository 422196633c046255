"""A reply as tokens: where its steps end, and the gold answer behind each of them."""

from dataclasses import dataclass
from typing import Any

from dmlr.measures.gold import Named
from dmlr.measures.steps import Reasoning, reasoning


@dataclass(frozen=True)
class Tokens:
    """Tokens of a text, and the characters that each of them covers."""

    ids: list[int]
    spans: list[tuple[int, int]]

    @classmethod
    def of(cls, tokenizer: Any, text: str) -> "Tokens":
        """Tokenise a text, in which the name of a special token is text like any other."""
        found = tokenizer(
            text,
            add_special_tokens=False,
            split_special_tokens=True,
            return_offsets_mapping=True,
        )
        return cls(found["input_ids"], [(begin, end) for begin, end in found["offset_mapping"]])

    def begun(self, place: int) -> int:
        """How many begin before a character."""
        return sum(begin < place for begin, _ in self.spans)

    def done(self, place: int) -> int:
        """How many end at a character or before it."""
        return sum(end <= place for _, end in self.spans)


@dataclass(frozen=True)
class Probe:
    """The gold answer behind some of a reply's tokens.

    Attributes:
        follows: how many of the reply's tokens it stands behind.
        ids: of the cue and the gold, up to the brace that closes its box: 1 and 12 are two answers.
        scored: how many of the last of them are the gold and that brace.
    """

    follows: int
    ids: list[int]
    scored: int


@dataclass(frozen=True)
class Reading:
    """What of a reply goes through the model.

    A step ends with the token that holds its last character. The reply's last token belongs to its
    last step, the answer with it. ``probes`` are of the gold after 0, 1, ... steps.
    """

    ids: list[int]
    step_ends: list[int]
    probes: list[Probe]


def read(tokenizer: Any, reply: str, gold: Named | None) -> Reading:
    """Tokenise a reply and what is asked of it.

    The records hold text, so these need not be the tokens that were generated: a model may write one
    word in two ways, and the tokenizer knows one.
    """
    found, tokens = reasoning(reply), Tokens.of(tokenizer, reply)
    ends = [tokens.begun(len(reply[:end].rstrip())) for end in found.ends]
    counts = range(len(ends) + 1) if gold else ()
    probes = [_probe(tokenizer, tokens, found, steps, gold.text) for steps in counts if gold]
    return Reading(tokens.ids, [*ends[:-1], len(tokens.ids)] if ends else [], probes)


def _probe(tokenizer: Any, tokens: Tokens, found: Reasoning, steps: int, gold: str) -> Probe:
    """Tokenised from where the last whole token before the cue ends: the others merge with the cue."""
    place = found.place(steps)
    follows = tokens.done(place)
    begin = tokens.spans[follows - 1][1] if follows else 0
    before = found.text[begin:place] + found.cue
    piece = Tokens.of(tokenizer, before + gold + found.closing)
    ids = piece.ids[: piece.begun(len(before + gold) + 1)]
    return Probe(follows, ids, len(ids) - piece.done(len(before)))
