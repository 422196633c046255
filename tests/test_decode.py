"""Greedy decoding: how replies end, and rows that leave the batch."""

import torch

from dmlr.vlm.decode import decode
from tests.cases import (
    block,
    ends_some,
    five,
    five_injected,
    ids,
    prefill,
    replies,
    suffixes,
)

TOKENS = 23


def test_rows_that_end_leave_the_batch_while_the_others_go_on(family_vlm, library, monkeypatch):
    asked = five(family_vlm)
    free = ids(replies(family_vlm, asked, max_new_tokens=TOKENS))
    end = ends_some(free)
    ends = [end, *family_vlm.end_ids]
    monkeypatch.setattr(family_vlm.model.generation_config, "eos_token_id", ends)
    widths = []
    hook = family_vlm.text.register_forward_pre_hook(
        lambda _, __, arguments: widths.append(len(arguments["inputs_embeds"])), with_kwargs=True
    )
    found = replies(family_vlm, asked, max_new_tokens=TOKENS)
    hook.remove()
    assert ids(found) == library.generate(asked, max_new_tokens=TOKENS, eos_token_id=ends)
    reasons = ["end" if end in row else "length" for row in free]
    assert [reply.stop_reason for reply in found] == reasons
    assert set(reasons) == {"end", "length"}
    lengths = [len(reply.ids) for reply in found]
    steps = range(max(lengths) - 1)
    assert widths[2:] == [sum(length > 1 + step for length in lengths) for step in steps]


def test_decoding_stops_when_all_rows_have_ended(family_vlm, library, monkeypatch):
    asked = five(family_vlm)
    free = ids(replies(family_vlm, asked, max_new_tokens=4))
    ends = sorted({row[2] for row in free})
    monkeypatch.setattr(family_vlm.model.generation_config, "eos_token_id", ends)
    before = family_vlm.passes
    found = replies(family_vlm, asked, max_new_tokens=TOKENS)
    assert ids(found) == library.generate(asked, max_new_tokens=TOKENS, eos_token_id=ends)
    assert {reply.stop_reason for reply in found} == {"end"}
    assert family_vlm.passes - before == 1 + max(len(reply.ids) for reply in found) <= 4


def test_a_reply_of_one_token(family_vlm, monkeypatch):
    asked = five(family_vlm)[:1]
    reply = replies(family_vlm, asked, max_new_tokens=1)[0]
    assert (len(reply.ids), reply.stop_reason) == (1, "length")
    monkeypatch.setattr(family_vlm.model.generation_config, "eos_token_id", reply.ids[0])
    ended = replies(family_vlm, asked, max_new_tokens=1)[0]
    assert (ended.ids, ended.stop_reason) == (reply.ids, "end")


def test_the_text_leaves_out_special_tokens(family_vlm, library):
    reply = replies(family_vlm, five(family_vlm)[:1], max_new_tokens=TOKENS)[0]
    assert reply.text == library.processor.tokenizer.decode(reply.ids, skip_special_tokens=True)


def test_decoding_again_after_the_same_prefix_gives_the_same_replies(family_vlm):
    asked = five(family_vlm)
    prefix, following = prefill(family_vlm, asked), suffixes(family_vlm, asked)
    first = decode(family_vlm, prefix, following, max_new_tokens=TOKENS)
    decode(
        family_vlm,
        prefix.rows([3, 0]),
        suffixes(family_vlm, [asked[3], asked[0]]),
        max_new_tokens=5,
    )
    assert decode(family_vlm, prefix, following, max_new_tokens=TOKENS) == first


@torch.no_grad()
def test_decoding_after_think_tokens_and_patches_equals_whole_passes(family_vlm, library):
    asked, after = five_injected(family_vlm)
    found = decode(family_vlm, prefill(family_vlm, asked), block(after), max_new_tokens=6)
    for one, following, reply in zip(asked, after, found, strict=True):
        embeds, expected = following.embeds, []
        while len(expected) < 6:
            logits = library.with_patches(one, embeds, following.patches).logits
            expected.append(int(logits[0, -1].argmax()))
            embeds = torch.cat([embeds, library.embed(torch.tensor(expected[-1:]))])
        assert reply.ids == expected
