"""Attention rows are the mean of transformers' eager attention over layers and heads."""

import pytest
import torch

from dmlr.vlm.attention import AttentionRows
from dmlr.vlm.parts import Block
from tests.cases import block, case, five_injected, injected, prefill

pytestmark = pytest.mark.usefixtures("no_gradients")


@pytest.fixture(scope="module")
@torch.no_grad()
def looked(family_vlm):
    """The five with patches, and where a pass over them looks."""
    asked, after = five_injected(family_vlm)
    prefix, rows = prefill(family_vlm, asked), AttentionRows()
    hidden = family_vlm.step(prefix, block(after), rows=rows)
    return asked, after, prefix, hidden, rows.at(prefix.image_columns)


def test_rows_equal_eager_attention_in_a_batch_with_padding(looked, library):
    asked, after, prefix, _, found = looked
    assert found.shape == (5, max(len(row.embeds) for row in after), max(prefix.patch_counts))
    for row, (one, following) in enumerate(zip(asked, after, strict=True)):
        whole = library.with_patches(
            one, following.embeds, following.patches, output_attentions=True
        )
        weights = torch.stack(whole.attentions).mean(dim=(0, 2))[0]
        expected = weights[len(one.prompt.prefix) :, one.prompt.image_places]
        count = prefix.patch_counts[row]
        torch.testing.assert_close(found[row, : len(expected), :count], expected, atol=2e-6, rtol=0)


def test_rows_are_shares_of_the_attention(looked):
    _, after, prefix, _, found = looked
    for row, count in enumerate(prefix.patch_counts):
        shares = found[row, : len(after[row].embeds), :count]
        assert (shares > 0).all()
        assert (shares.sum(dim=1) < 1).all()


def test_asking_for_rows_does_not_change_the_states(looked, family_vlm):
    _, after, prefix, hidden, _ = looked
    without = family_vlm.step(prefix, block(after))
    for row, following in enumerate(after):
        count = len(following.embeds)
        torch.testing.assert_close(without[row, :count], hidden[row, :count], atol=1e-5, rtol=0)


def test_rows_depend_on_the_picture(family_vlm):
    asked = [case(family_vlm, "Why?", (3, 4), seed=seed, think_tokens=3) for seed in (1, 2)]
    prefix, rows = prefill(family_vlm, asked), AttentionRows()
    family_vlm.step(
        prefix, Block.of([family_vlm.embed(one.prompt.think) for one in asked]), rows=rows
    )
    first, second = rows.at(prefix.image_columns)
    assert (first - second).abs().max() > 1e-3


def test_rows_of_one_token_after_one_prefix(family_vlm, library):
    asked = case(family_vlm, "Why?", (2, 3), think_tokens=1)
    after = injected(family_vlm, asked, [[]])
    prefix, rows = prefill(family_vlm, [asked]), AttentionRows()
    family_vlm.step(prefix, Block.of([after.embeds[:1]]), rows=rows)
    whole = library.with_patches(asked, after.embeds[:1], {}, output_attentions=True)
    weights = torch.stack(whole.attentions).mean(dim=(0, 2))[0, -1:, asked.prompt.image_places]
    torch.testing.assert_close(rows.at(prefix.image_columns)[0], weights, atol=2e-6, rtol=0)
