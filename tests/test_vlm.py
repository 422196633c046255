import shutil

import pytest
import torch
from PIL import Image

from dmlr import prompts
from dmlr.checkpoint import locate, weights_digest
from dmlr.errors import CheckpointError
from dmlr.vlm.qwen2_5_vl import THINK
from tests.oracle import whole_pass
from tests.tiny import model_settings


def noise_image(rows, columns, seed=1):
    torch.manual_seed(seed)
    pixels = torch.randint(0, 256, (28 * rows, 28 * columns, 3), dtype=torch.uint8)
    return Image.fromarray(pixels.numpy())


@pytest.fixture(scope="module")
def case(vlm):
    """Image of 5 x 3 tokens, a question, 3 think tokens with one patch behind the second."""
    image = vlm.encode_image(noise_image(5, 3))
    turns = prompts.messages("Which one?", ["left", "right"], think_block=THINK * 3)
    prompt = vlm.prompt(turns, image, think_tokens=3)
    torch.manual_seed(2)
    think = vlm.embed(prompt.think) + 0.1 * torch.randn(3, 128)
    embeds = torch.cat([think[:2], image.patches[11:12], think[2:]])
    return image, prompt, embeds


def test_features_form_the_grid_of_the_image(case):
    image, prompt, _ = case
    assert (image.rows, image.columns, tuple(image.patches.shape)) == (5, 3, (15, 128))
    assert prompt.prefix[prompt.first_patch : prompt.first_patch + 15].unique().numel() == 1


def test_logits_and_attention_after_the_cached_prefix_equal_the_whole_pass(vlm, case):
    image, prompt, embeds = case
    prefix = vlm.prefill(prompt, image)
    logits, attention = whole_pass(vlm, prompt, image, embeds)
    for _ in range(2):  # the prefix must be left as it was
        rows, found = vlm.look(prefix, embeds)
        torch.testing.assert_close(found, logits, atol=2e-5, rtol=0)
        torch.testing.assert_close(rows, attention, atol=2e-6, rtol=0)
        chosen = vlm.logits_after(prefix, embeds, [0, 1, 3])
        torch.testing.assert_close(chosen, logits[[0, 1, 3]], atol=2e-5, rtol=0)


def test_attention_depends_on_the_image_and_rows_are_shares(vlm, case):
    image, prompt, embeds = case
    rows, _ = vlm.look(vlm.prefill(prompt, image), embeds)
    assert rows.shape == (4, 15)
    assert (rows > 0).all()
    assert (rows.sum(dim=1) < 1).all()


def test_vanilla_equals_generate_of_the_model_library(vlm):
    image = noise_image(2, 7, seed=3)
    features = vlm.encode_image(image)
    turns = prompts.messages("How many?", [])
    prompt = vlm.prompt(turns, features)
    reply = vlm.decode(vlm.prefill(prompt, features), vlm.embed(prompt.suffix), max_new_tokens=29)

    inputs = vlm.processor(images=[image], do_resize=False, return_tensors="pt")
    ids = torch.cat([prompt.prefix, prompt.suffix])[None]
    generated = vlm.model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        mm_token_type_ids=(ids == vlm.image_id).int(),
        max_new_tokens=29,
        do_sample=False,
        **inputs,
    )
    assert reply.ids == generated[0, ids.shape[1] :].tolist()
    assert reply.stop_reason == ("end" if reply.ids[-1] in vlm.end_ids else "length")


def test_decoding_leaves_the_prefix_as_it_was(vlm, case):
    image, prompt, embeds = case
    prefix = vlm.prefill(prompt, image)
    suffix = torch.cat([embeds, vlm.embed(prompt.suffix)])
    first = vlm.decode(prefix, suffix, max_new_tokens=11)
    assert prefix.cache.get_seq_length() == prefix.length
    assert vlm.decode(prefix, suffix, max_new_tokens=11).ids == first.ids


def test_the_model_is_frozen(vlm):
    assert not any(parameter.requires_grad for parameter in vlm.model.parameters())


@pytest.fixture
def copy(checkpoint, tmp_path):
    return shutil.copytree(checkpoint, tmp_path / "model")


def refused(folder):
    with pytest.raises(CheckpointError) as error:
        locate(model_settings(str(folder)))
    return str(error.value)


def test_a_directory_that_is_no_checkpoint(tmp_path):
    assert refused(tmp_path / "none").endswith(
        "must be a checkpoint directory, found nothing there"
    )
    assert refused(tmp_path).endswith(
        "must be a checkpoint directory, lacks config.json, tokenizer.json, "
        "tokenizer_config.json, preprocessor_config.json"
    )


def test_a_checkpoint_of_another_family(copy):
    text = (copy / "config.json").read_text()
    (copy / "config.json").write_text(
        text.replace('"model_type": "qwen2_5_vl",', '"model_type": "llama",')
    )
    assert "model_type must be qwen2_5_vl for the family qwen2_5_vl, got llama" in refused(copy)


def test_missing_and_truncated_weights(copy):
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    assert "model.safetensors: must be a whole safetensors file" in refused(copy)
    weights.unlink()
    assert refused(copy).endswith("lacks the weights model.safetensors")


def test_a_hub_id_needs_a_pinned_revision_and_offline_says_what_to_do():
    model = model_settings("no-such-org/no-such-model")
    with pytest.raises(
        CheckpointError, match="a hub id needs revision: the commit to pin, got null"
    ):
        locate(model)
    with pytest.raises(
        CheckpointError, match="not in the local hub cache; set checkpoint to a local"
    ):
        locate(model.model_copy(update={"revision": "0" * 40}))


def test_the_digest_of_weights_changes_with_one_bit(copy):
    before = weights_digest(copy)
    weights = copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    assert weights_digest(copy) != before
