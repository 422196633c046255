"""What a model takes: conversations split into a prompt, types of weights."""

import json
import shutil

import pytest
import torch

from dmlr import prompts
from dmlr.chat import THINK
from dmlr.errors import CheckpointError
from dmlr.vlm.load import load
from dmlr.vlm.parts import Block
from tests.cases import case, five, prefill, replies, suffixes
from tests.tiny import model_settings


def test_a_prompt_is_split_at_its_think_tokens(family_vlm, library):
    asked = case(family_vlm, "Which?", (2, 3), (4, 2), think_tokens=3)
    prompt = asked.prompt
    assert torch.equal(prompt.ids, library.inputs([asked])["input_ids"][0])
    think_id = family_vlm.tokenizer.convert_tokens_to_ids(THINK)
    assert prompt.think.tolist() == [think_id] * 3
    assert family_vlm.tokenizer.decode(prompt.suffix) == "<|im_end|>\n<|im_start|>assistant\n"
    assert (prompt.prefix[prompt.image_places] == family_vlm.image_id).all()
    assert len(prompt.image_places) == 6 + 8


def test_a_prompt_without_think_tokens_ends_with_its_last_token(family_vlm):
    prompt = case(family_vlm, "Which?", (2, 3)).prompt
    assert (len(prompt.think), len(prompt.suffix)) == (0, 1)


def test_positions_are_those_of_the_model_library(family_vlm, library):
    asked = case(family_vlm, "Which?", (2, 3), (4, 2), think_tokens=3)
    inputs = library.inputs([asked])
    positions, delta = library.model.model.get_rope_index(
        inputs["input_ids"], inputs["mm_token_type_ids"], image_grid_thw=inputs["image_grid_thw"]
    )
    count = len(asked.prompt.prefix)
    assert torch.equal(asked.prompt.positions, positions[:, 0, :count])
    assert asked.prompt.next_position == positions[0, 0, count] == count + delta


@pytest.mark.parametrize(("named", "given"), [(2, 1), (1, 2), (0, 1), (1, 0)])
def test_a_prompt_that_names_another_number_of_images(vlm, named, given):
    images = [*case(vlm, "?", (2, 2), (3, 2)).features[:given]]
    turns = prompts.messages("Which?", [], images=named)
    with pytest.raises(ValueError, match=rf"^{named} images in the prompt, got {given}$"):
        vlm.prompt(turns, images)


def test_image_tokens_that_are_not_the_patches(vlm):
    asked = case(vlm, "?", (2, 2), (3, 2))
    with pytest.raises(ValueError, match=r"^10 image tokens in the prompt but 4 patches$"):
        vlm.split(asked.prompt.ids.tolist(), asked.features[:1])


def test_think_tokens_that_are_missing_or_scattered(vlm):
    with pytest.raises(
        ValueError, match=r"^the prompt must hold 3 think tokens in a row, has \[\]$"
    ):
        vlm.prompt(prompts.messages("Which?", [], images=0), [], think_tokens=3)
    turns = prompts.messages("Which?", [], images=0, think_tokens=2)
    with pytest.raises(ValueError, match=r"must hold 3 think tokens in a row, has \[\d+, \d+\]$"):
        vlm.prompt(turns, [], think_tokens=3)
    think, word = (vlm.tokenizer.convert_tokens_to_ids(token) for token in (THINK, "a"))
    with pytest.raises(ValueError, match=r"must hold 2 think tokens in a row, has \[1, 3\]$"):
        vlm.split([word, think, word, think, word], [], think_tokens=2)


def test_a_question_that_holds_the_think_token_is_split_at_the_last_ones(vlm):
    turns = prompts.messages(f"What is {THINK}?", [], images=0, think_tokens=3)
    prompt = vlm.prompt(turns, [], think_tokens=3)
    assert vlm.tokenizer.decode(prompt.suffix) == "<|im_end|>\n<|im_start|>assistant\n"


def test_the_model_is_frozen(family_vlm):
    assert not any(parameter.requires_grad for parameter in family_vlm.model.parameters())


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@torch.no_grad()
def test_half_precision_agrees_roughly_with_float32(family_vlm, checkpoints, family, dtype):
    half = load(model_settings(str(checkpoints(family)), family, dtype=dtype))
    assert half.dtype == getattr(torch, dtype)
    states = []
    for model in (family_vlm, half):
        asked = five(model, think_tokens=3)
        following = Block.of([model.embed(one.prompt.ids[-7:]) for one in asked])
        hidden = model.step(prefill(model, asked), following)
        logits = model.logits(hidden)
        assert hidden.dtype == model.dtype
        assert logits.dtype == torch.float32
        assert torch.isfinite(logits).all()
        states.append(hidden.float())
    relative = (states[1] - states[0]).norm() / states[0].norm()
    assert relative < {"bfloat16": 0.1, "float16": 0.01}[dtype]
    found = replies(half, five(half), max_new_tokens=5)
    assert [len(reply.ids) for reply in found] == [5] * 5


def test_passes_and_tokens_are_counted(vlm):
    asked = five(vlm)
    passes, tokens = vlm.passes, vlm.tokens
    prefix = prefill(vlm, asked)
    longest = max(len(one.prompt.prefix) for one in asked)
    assert (vlm.passes - passes, vlm.tokens - tokens) == (1, longest)
    vlm.step(prefix, suffixes(vlm, asked))
    assert (vlm.passes - passes, vlm.tokens - tokens) == (2, longest + 1)


def test_a_configuration_that_names_another_image_token(checkpoint, tmp_path):
    copy = shutil.copytree(checkpoint, tmp_path / "model")
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"image_token_id": 7}))
    with pytest.raises(CheckpointError) as error:
        load(model_settings(str(copy)))
    assert str(error.value) == (
        f"{copy}: image_token_id of config.json must be the tokenizer's <|image_pad|>, got 7"
    )
