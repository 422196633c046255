"""Decoding of a batch, greedy unless told otherwise; a row that has ended leaves it."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from transformers import LogitsProcessorList, NoBadWordsLogitsProcessor

from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block, Reply
from dmlr.vlm.prefix import Prefix
from dmlr.vlm.running import Running
from dmlr.vlm.sampling import greedy

# Runs the tokens just chosen, one per row, and returns the states that predict the next ones; it is
# also told the tokens of all rows of the batch so far.
Step = Callable[[Running, Tensor, Sequence[list[int]]], Tensor]
# Chooses a token for each row from its logits; it is also told the rows' numbers in the batch.
Choose = Callable[[Tensor, Sequence[int]], Tensor]


def tokens_alone(rows: Running, tokens: Tensor, found: Sequence[list[int]]) -> Tensor:
    """The usual step: nothing is put behind the tokens."""
    del found
    return rows.append_tokens(tokens)


@torch.no_grad()
def decode(
    vlm: VisionLanguageModel,
    prefix: Prefix,
    block: Block,
    *,
    max_new_tokens: int,
    forbidden_words: Sequence[str] = (),
    step: Step = tokens_alone,
    choose: Choose = greedy,
) -> list[Reply]:
    """Decode after the prefixes and a block; the prefixes are left as they were.

    Args:
        vlm: the model.
        prefix: the batch of prefixes.
        block: what follows each of them; the last token of a row predicts its first new one.
        max_new_tokens: most tokens per row.
        forbidden_words: words that must not come out, as the tokenizer writes them.
        step: runs each row's new token; what it puts behind them is no part of the replies.
        choose: the new tokens.
    """
    forbid = _forbidding(vlm, forbidden_words)
    found: list[list[int]] = [[] for _ in block.lengths]
    rows = Running(vlm, prefix)
    last = rows.append(block)
    while True:
        logits = vlm.logits(last)
        if forbid is not None:
            before = torch.tensor([found[row] for row in rows.active], dtype=torch.long)
            logits = forbid(before.to(logits.device), logits)
        tokens = choose(logits, rows.active)
        for row, token in zip(rows.active, tokens.tolist(), strict=True):
            found[row].append(token)
        going = [
            i for i, row in enumerate(rows.active) if _goes_on(vlm, found[row], max_new_tokens)
        ]
        if not going:
            return [_reply(vlm, ids) for ids in found]
        if len(going) < len(rows):
            rows.keep(going)
            tokens = tokens[going]
        last = step(rows, tokens, found)


def _forbidding(vlm: VisionLanguageModel, words: Sequence[str]) -> LogitsProcessorList | None:
    if not words or not vlm.may_forbid_words:
        return None
    ids = [vlm.tokenizer(word, add_special_tokens=False)["input_ids"] for word in words]
    return LogitsProcessorList([NoBadWordsLogitsProcessor(ids, sorted(vlm.end_ids))])


def _goes_on(vlm: VisionLanguageModel, ids: list[int], max_new_tokens: int) -> bool:
    return ids[-1] not in vlm.end_ids and len(ids) < max_new_tokens


def _reply(vlm: VisionLanguageModel, ids: list[int]) -> Reply:
    text = vlm.tokenizer.decode(ids, skip_special_tokens=True)
    return Reply(ids, text, "end" if ids[-1] in vlm.end_ids else "length")
