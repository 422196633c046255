"""The cache behind a batch of prefixes: shared by passes, grown in steps, open to gradients."""

import pytest
import torch

from dmlr.vlm.cache import PrefixCache
from dmlr.vlm.parts import Block
from tests.cases import block, case, five, five_injected, prefill, suffixes

pytestmark = pytest.mark.usefixtures("no_gradients")


def states(tokens, seed):
    """Keys or values: batch 2, 3 heads, of size 5."""
    return torch.randn(2, 3, tokens, 5, generator=torch.Generator().manual_seed(seed))


def appended(cache, tokens, seed):
    keys, values = states(tokens, seed), states(tokens, -seed)
    return keys, values, *cache.update(keys, values, 0)


def test_contents_stay_when_the_buffer_grows():
    cache, added = PrefixCache.empty(1), []
    for seed, tokens in enumerate((251, 7, 1, 600, 3), start=1):
        keys, values, all_keys, all_values = appended(cache, tokens, seed)
        added.append((keys, values))
        assert torch.equal(all_keys, torch.cat([k for k, _ in added], 2))
        assert torch.equal(all_values, torch.cat([v for _, v in added], 2))
    assert cache.get_seq_length() == 862


def test_a_fork_sees_the_past_and_does_not_lengthen_it():
    cache = PrefixCache.empty(1)
    keys, *_ = appended(cache, 250, 1)
    for seed, tokens in ((2, 4), (3, 20), (4, 300)):  # the second and third grow the buffer
        more, _, found, _ = appended(cache.fork(), tokens, seed)
        assert torch.equal(found, torch.cat([keys, more], 2))
        assert cache.get_seq_length() == 250


def test_rows_of_a_cache_go_on_without_the_others():
    cache = PrefixCache.empty(1)
    keys, *_ = appended(cache, 250, 1)
    part = cache.rows(torch.tensor([1]))
    more = states(9, 2)[:1]
    found, _ = part.update(more, more, 0)
    assert torch.equal(found, torch.cat([keys[1:], more], 2))
    assert torch.equal(cache.fork().update(states(1, 3), states(1, 3), 0)[0][:, :, :250], keys)


def test_passes_share_a_prefix_and_leave_it_as_it_was(family_vlm):
    asked = five(family_vlm)
    prefix, short = prefill(family_vlm, asked), suffixes(family_vlm, asked)
    long = Block.of([row.repeat(300, 1) for row in short.embeds])
    before, length = family_vlm.step(prefix, short), prefix.cache.get_seq_length()
    family_vlm.step(prefix, long)
    assert torch.equal(family_vlm.step(prefix, short), before)
    assert prefix.cache.get_seq_length() == length


def test_rows_of_a_prefix_equal_those_of_the_batch(family_vlm):
    asked, after = five_injected(family_vlm)
    prefix = prefill(family_vlm, asked)
    whole = family_vlm.step(prefix, block(after))
    kept = [4, 1, 3]
    part = prefix.rows(kept)
    assert len(part) == 3
    assert part.patch_counts == [16, 15, 0]
    assert torch.equal(part.image_states, prefix.image_states[kept])
    found = family_vlm.step(part, block([after[row] for row in kept]))
    for place, row in enumerate(kept):
        count = len(after[row].embeds)
        torch.testing.assert_close(found[place, :count], whole[row, :count], atol=1e-5, rtol=0)


def test_gradients_equal_those_of_a_whole_pass_without_cache(family_vlm, library):
    asked, after = five_injected(family_vlm)
    prefix, following = prefill(family_vlm, asked), block(after)
    before = family_vlm.step(prefix, following)
    leaf = following.embeds.clone().requires_grad_(True)
    weights = torch.randn(family_vlm.config.vocab_size, generator=torch.Generator().manual_seed(1))
    with torch.enable_grad():
        hidden = family_vlm.step(prefix, Block(leaf, following.lengths, following.deepstack))
        scores = family_vlm.logits(hidden).log_softmax(dim=-1) @ weights
        total = scores[following.valid].sum()
    family_vlm.step(prefix, following)  # writes behind the prefix before the graph is used
    (found,) = torch.autograd.grad(total, leaf)
    for row, (one, rest) in enumerate(zip(asked, after, strict=True)):
        embeds = rest.embeds.clone().requires_grad_(True)
        with torch.enable_grad():
            logits = library.with_patches(one, embeds, rest.patches).logits
            scores = logits[0, len(one.prompt.prefix) :].log_softmax(dim=-1) @ weights
            (expected,) = torch.autograd.grad(scores.sum(), embeds)
        text = [place for place in range(len(embeds)) if place not in rest.patches]
        assert expected[text].abs().max() > 1e-2
        torch.testing.assert_close(found[row, text], expected[text], atol=1e-4, rtol=1e-4)
    assert torch.equal(family_vlm.step(prefix, following), before)


def test_a_prefix_past_the_room_of_the_cache(family_vlm, library):
    asked = case(family_vlm, "How many? " * 40, (4, 4))
    assert len(asked.prompt.prefix) > 256
    found = family_vlm.step(prefill(family_vlm, [asked]), suffixes(family_vlm, [asked]))
    whole = library.forward([asked]).logits[0, -1:]
    torch.testing.assert_close(family_vlm.logits(found)[0], whole, atol=1e-4, rtol=0)
