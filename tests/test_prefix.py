"""What follows a cached prefix equals one whole pass of transformers' model."""

import pytest
import torch

from dmlr.vlm.parts import Block
from tests.cases import block, case, five, five_injected, injected, noise_image, prefill

pytestmark = pytest.mark.usefixtures("no_gradients")
CLOSE = {"atol": 1e-4, "rtol": 0}


def logits(vlm, prefix, following):
    return vlm.logits(vlm.step(prefix, following))


def rest(vlm, asked):
    return vlm.embed(torch.cat([asked.prompt.think, asked.prompt.suffix]))


@pytest.mark.parametrize("from_features", [False, True])
def test_logits_after_one_prefix(family_vlm, library, from_features):
    asked = case(family_vlm, "How many?", (5, 3), (2, 2), think_tokens=3)
    expected = library.forward([asked], from_features=from_features).logits[0]
    expected = expected[len(asked.prompt.prefix) :]
    prefix, embeds = prefill(family_vlm, [asked]), rest(family_vlm, asked)
    for count in (len(embeds), 4, 1, len(embeds)):
        found = logits(family_vlm, prefix, Block.of([embeds[:count]]))
        torch.testing.assert_close(found[0], expected[:count], **CLOSE)


def test_logits_after_a_batch_of_prefixes_of_unequal_lengths(family_vlm, library):
    asked = five(family_vlm, think_tokens=3)
    expected = library.forward(asked).logits
    prefix, embeds = prefill(family_vlm, asked), [rest(family_vlm, row) for row in asked]
    for dropped in ([0, 1, 2, 3, 4], [3, 0, 5, 1, 0], [0, 1, 2, 3, 4]):
        rows = [row[: len(row) - less] for row, less in zip(embeds, dropped, strict=True)]
        found = logits(family_vlm, prefix, Block.of(rows))
        for row in range(len(asked)):
            whole = library.forward([asked[row]]).logits[0, -len(embeds[row]) :]
            torch.testing.assert_close(expected[row, -len(embeds[row]) :], whole, **CLOSE)
            count = len(rows[row])
            torch.testing.assert_close(found[row, :count], whole[:count], **CLOSE)


def test_logits_with_injected_patches(family_vlm, library):
    asked, rows = five_injected(family_vlm)
    prefix, following = prefill(family_vlm, asked), block(rows)
    assert len(set(following.lengths)) > 2
    for _ in range(2):
        found = logits(family_vlm, prefix, following)
        for row, (one, after) in enumerate(zip(asked, rows, strict=True)):
            whole = library.with_patches(one, after.embeds, after.patches).logits
            whole = whole[0, len(one.prompt.prefix) :]
            torch.testing.assert_close(found[row, : len(whole)], whole, **CLOSE)


def test_an_injected_patch_carries_its_deepstack_levels(qwen3_vlm):
    asked = case(qwen3_vlm, "How many?", (3, 4), think_tokens=3)
    after = injected(qwen3_vlm, asked, [[7], [], []])
    prefix, following = prefill(qwen3_vlm, [asked]), block([after])
    assert following.deepstack.shape[:3] == (2, 1, len(after.embeds))
    bare = Block(following.embeds, following.lengths)
    difference = qwen3_vlm.step(prefix, following) - qwen3_vlm.step(prefix, bare)
    assert (difference[0, 0] == 0).all()
    assert (difference[0, 1:].abs().amax(dim=1) > 1e-3).all()


def test_states_of_image_tokens_are_those_of_the_whole_pass(family_vlm, library):
    asked = five(family_vlm)
    prefix = prefill(family_vlm, asked)
    assert prefix.patch_counts == [14, 15, 18, 0, 16]
    for row, one in enumerate(asked):
        hidden = library.forward([one], output_hidden_states=True).hidden_states[-1][0]
        found = prefix.image_states[row, : prefix.patch_counts[row]]
        torch.testing.assert_close(found, hidden[one.prompt.image_places], **CLOSE)


def test_a_blind_prefix_does_not_depend_on_the_picture(family_vlm):
    asked = [case(family_vlm, "How many?", (3, 4), seed=seed, think_tokens=3) for seed in (1, 2)]
    following = Block.of([rest(family_vlm, asked[0])] * 2)
    blind, seeing = (prefill(family_vlm, asked, blind=how) for how in (True, False))
    for prefix, same in ((blind, True), (seeing, False)):
        first, second = family_vlm.step(prefix, following)
        assert torch.equal(first, second) == same
        assert torch.equal(*prefix.image_states) == same


def test_a_blind_prefix_has_placeholders_at_the_places_of_the_image(family_vlm, library):
    asked = case(family_vlm, "How many?", (3, 4), think_tokens=3)
    ids = asked.prompt.ids
    text = torch.arange(len(ids) - len(asked.prompt.prefix)) + asked.prompt.next_position
    positions = torch.cat([asked.prompt.positions, text.expand(3, -1)], dim=1)
    whole = library.model(inputs_embeds=library.embed(ids)[None], position_ids=positions[:, None])
    prefix = prefill(family_vlm, [asked], blind=True)
    found = logits(family_vlm, prefix, Block.of([rest(family_vlm, asked)]))
    torch.testing.assert_close(found[0], whole.logits[0, len(asked.prompt.prefix) :], **CLOSE)


def test_sequential_positions_count_all_tokens(family_vlm, library):
    asked = five(family_vlm, think_tokens=3)
    prefix = prefill(family_vlm, asked, sequential=True)
    found = logits(family_vlm, prefix, Block.of([rest(family_vlm, row) for row in asked]))
    with_rope = logits(
        family_vlm, prefill(family_vlm, asked), Block.of([rest(family_vlm, row) for row in asked])
    )
    for row, one in enumerate(asked):
        count = len(one.prompt.ids)
        assert prefix.next_position[row] == len(one.prompt.prefix)
        positions = torch.arange(count).expand(3, 1, -1)
        whole = library.forward([one], position_ids=positions).logits
        torch.testing.assert_close(found[row], whole[0, len(one.prompt.prefix) :], **CLOSE)
        assert torch.allclose(found[row], with_rope[row], **CLOSE) == (not one.pictures)


def test_features_form_the_grid_of_the_image(family_vlm):
    found = family_vlm.encode_image(noise_image(family_vlm, 5, 3))
    hidden = family_vlm.config.hidden_size
    assert (found.rows, found.columns, found.patches.shape) == (5, 3, (15, hidden))
    assert found.deepstack.shape == (family_vlm.deepstack_levels, 15, hidden)
