"""Greedy decoding of a batch; a row that has ended leaves it."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import LogitsProcessorList, NoBadWordsLogitsProcessor

from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block, Reply
from dmlr.vlm.prefix import Prefix


@torch.no_grad()
def decode(
    vlm: VisionLanguageModel,
    prefix: Prefix,
    block: Block,
    *,
    max_new_tokens: int,
    forbidden_words: Sequence[str] = (),
) -> list[Reply]:
    """Decode after the prefixes and a block; the prefixes are left as they were.

    Args:
        vlm: the model.
        prefix: the batch of prefixes.
        block: what follows each of them; the last token of a row predicts its first new one.
        max_new_tokens: most tokens per row.
        forbidden_words: words that must not come out, as the tokenizer writes them.
    """
    forbid = _forbidding(vlm, forbidden_words)
    found: list[list[int]] = [[] for _ in block.lengths]
    cache, lengths = prefix.cache.fork(), torch.tensor(block.lengths, device=vlm.device)
    count = block.embeds.shape[1]
    hidden = vlm.run(block, prefix.positions(count), cache, prefix.mask(count))
    last = hidden[torch.arange(len(lengths), device=vlm.device), lengths - 1]
    position = prefix.next_position + lengths
    new = prefix.valid.new_ones(len(found), max_new_tokens)
    valid = torch.cat([prefix.valid, block.valid, new], dim=1)
    active = list(range(len(found)))
    while True:
        tokens = _next(vlm.logits(last), [found[row] for row in active], forbid)
        for row, token in zip(active, tokens.tolist(), strict=True):
            found[row].append(token)
        going = [i for i, row in enumerate(active) if _goes_on(vlm, found[row], max_new_tokens)]
        if not going:
            return [_reply(vlm, ids) for ids in found]
        if len(going) < len(active):
            kept = torch.tensor(going, device=vlm.device)
            active = [active[i] for i in going]
            cache, position, valid = cache.rows(kept), position[kept], valid[kept]
            tokens = tokens[kept]
        seen = valid[:, : cache.get_seq_length() + 1, None].transpose(1, 2)
        block = Block(vlm.embed(tokens)[:, None], [1] * len(active))
        last = vlm.run(block, position.expand(3, -1)[..., None], cache, seen)[:, 0]
        position = position + 1


def _next(
    logits: Float[Tensor, "row vocab"], before: list[list[int]], forbid: LogitsProcessorList | None
) -> Int[Tensor, " row"]:
    """The most probable token of each row that may come after what the row has."""
    if forbid is not None:
        ids = torch.tensor(before, dtype=torch.long, device=logits.device)
        logits = forbid(ids, logits)
    tokens: Tensor = logits.argmax(dim=-1)
    return tokens


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
