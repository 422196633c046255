"""Attention maps against transformers' eager attention, and the plane of the embeddings."""

import numpy as np
import pytest
import torch

from dmlr.measures.components import components
from dmlr.measures.look import reply_map, think_tokens
from dmlr.measures.reading import Tokens
from dmlr.methods import dmlr
from dmlr.methods.answer import Question
from tests.cases import case
from tests.tiny import dmlr_profile

L, STEPS, SEED = 3, 7, 42
REPLY = "What colour is it? " * 40 + "red"  # more tokens than are looked at at a time


@pytest.fixture(scope="module")
def asked(family_vlm):
    return case(family_vlm, "Why?", (4, 5), seed=16, prompt="unified", think_tokens=L)


@pytest.fixture(scope="module")
def question(asked):
    return Question("a/1", "Why?", [], asked.features)


@pytest.fixture(scope="module")
def looked(family_vlm, question):
    return think_tokens(family_vlm, question, dmlr_profile(steps=STEPS), SEED)


@torch.no_grad()
def eager(family_vlm, library, asked, state):
    """The think tokens' attention in a whole pass over the sequence of a state."""
    rows, patches, places = [], {}, []
    for token, chosen in zip(state.think, state.patches, strict=True):
        places.append(len(rows))
        rows.append(token)
        for number in chosen:
            patches[len(rows)] = number
            rows.append(token)  # what stands here does not matter
    found = library.with_patches(asked, torch.stack(rows), patches, output_attentions=True)
    weights = torch.stack(found.attentions).mean(dim=(0, 2))[0]
    at = len(asked.prompt.prefix) + torch.tensor(places)
    return weights[at][:, asked.prompt.image_places]


@pytest.mark.parametrize("step", [-1, 4, STEPS - 1])
def test_think_tokens_look_where_eager_attention_says(
    family_vlm, library, asked, question, looked, step
):
    shorter = dmlr_profile(steps=step + 1)
    (outcome,) = dmlr.answer(family_vlm, [question], shorter, SEED)
    expected = eager(family_vlm, library, asked, outcome.search.best)
    maps = [one for one in looked[1] if one.step == step]
    assert [(one.source, one.token) for one in maps] == [("think", token) for token in range(L)]
    assert {(one.grid_rows, one.grid_columns) for one in maps} == {(4, 5)}
    found = torch.tensor([one.attention for one in maps])
    torch.testing.assert_close(found, expected, atol=2e-6, rtol=0)


def test_the_optimisation_is_the_run_s_and_a_shorter_one_its_beginning(
    family_vlm, question, looked
):
    search, maps, _ = looked
    (outcome,) = dmlr.answer(family_vlm, [question], dmlr_profile(steps=STEPS), SEED)
    assert search.history == outcome.search.history
    (shorter,) = dmlr.answer(family_vlm, [question], dmlr_profile(steps=5), SEED)
    assert shorter.search.history == search.history[:5]
    assert sorted({one.step for one in maps}) == [-1, 4, STEPS - 1]
    assert search.best.step > -1


def test_the_reply_s_map_is_the_mean_over_its_tokens(family_vlm, library, question):
    asked = case(family_vlm, "Why?", (4, 5), seed=16, prompt="unified")
    ids = Tokens.of(family_vlm.tokenizer, REPLY).ids
    assert len(ids) > 128
    count, found = library.behind(asked, ids, output_attentions=True)
    weights = torch.stack(found.attentions).mean(dim=(0, 2))[0]
    expected = weights[count:, asked.prompt.image_places].mean(dim=0)
    (one,) = reply_map(family_vlm, question, REPLY)
    assert (one.source, one.step, one.token) == ("reply", None, None)
    torch.testing.assert_close(torch.tensor(one.attention), expected, atol=2e-6, rtol=0)


def test_an_empty_reply_has_no_map(family_vlm, question):
    assert reply_map(family_vlm, question, "") == []


def test_embeddings_are_of_the_prompt_the_image_and_the_think_tokens_by_step(looked, asked):
    kinds = [(one.kind, one.step) for one in looked[2]]
    assert kinds.count(("image", None)) == 20
    text = len(asked.prompt.prefix) + len(asked.prompt.suffix) - 20
    assert kinds.count(("text", None)) == text
    assert [kind for kind in kinds if kind[0] == "think"] == [
        ("think", step) for step in (-1, 4, STEPS - 1) for _ in range(L)
    ]
    assert np.abs(np.mean([(one.x, one.y) for one in looked[2]], axis=0)).max() < 1e-9


def test_components_of_points_on_a_line_are_their_places_on_it():
    # Along (3, 4) / 5: the points stand at -5, 0 and 5 of it, and at 0 across it.
    found = components(torch.tensor([[7.0, 9.0], [4.0, 5.0], [1.0, 1.0]]))
    expected = torch.tensor([[5.0, 0.0], [0.0, 0.0], [-5.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(found, expected, atol=1e-12, rtol=0)


def test_components_are_those_of_the_covariance_with_a_sign_of_their_own():
    rows = torch.randn(11, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    rows = rows * torch.tensor([1.0, 3.0, 0.5, 2.0, 1.0])
    _, axes = np.linalg.eigh(np.cov(rows.numpy().T))
    axes = axes[:, [-1, -2]]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    expected = (rows - rows.mean(dim=0)).numpy() @ axes
    np.testing.assert_allclose(components(rows).numpy(), expected, atol=1e-9)
    assert torch.equal(components(rows), components(rows))
