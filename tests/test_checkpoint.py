import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from dmlr.chat import THINK
from dmlr.checkpoint import TOKENS, locate
from dmlr.errors import CheckpointError
from dmlr.weights import weights_digest
from tests.tiny import model_settings

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 11422654\n"


@pytest.fixture
def copy(checkpoint, tmp_path):
    return shutil.copytree(checkpoint, tmp_path / "model")


def refused(folder, family="qwen2_5_vl"):
    with pytest.raises(CheckpointError) as error:
        locate(model_settings(str(folder), family))
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def change(path, **fields):
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def shard(folder):
    """Split the weights into two files with an index; the index's path and its places of tensors."""
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    places = {name: f"model-{1 + i % 2}.safetensors" for i, name in enumerate(sorted(tensors))}
    for file in set(places.values()):
        save_file({name: tensors[name] for name in places if places[name] == file}, folder / file)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    return index, places


def test_a_directory_that_is_no_checkpoint(tmp_path):
    assert refused(tmp_path / "none").endswith(
        "must be a checkpoint directory, found nothing there"
    )
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty").endswith(
        "must be a checkpoint directory, lacks config.json, tokenizer.json, "
        "tokenizer_config.json, preprocessor_config.json; complete the copy"
    )


def test_a_checkpoint_of_another_family(copy, checkpoints):
    change(copy / "config.json", model_type="llama")
    assert "model_type must be qwen2_5_vl for the family qwen2_5_vl, got llama" in refused(copy)
    other = refused(checkpoints("qwen3_vl"))
    assert other.endswith("model_type must be qwen2_5_vl for the family qwen2_5_vl, got qwen3_vl")
    other = refused(checkpoints("qwen2_5_vl"), "qwen3_vl")
    assert other.endswith("model_type must be qwen3_vl for the family qwen3_vl, got qwen2_5_vl")


JSONS = ("config.json", "tokenizer.json", "tokenizer_config.json", "preprocessor_config.json")


@pytest.mark.parametrize("name", [*JSONS, "model.safetensors.index.json", "chat_template.json"])
def test_a_file_that_is_not_json(copy, name):
    for other in ("model.safetensors", "chat_template.jinja"):
        if name.startswith(other[:5]):  # which goes before it
            (copy / other).unlink()
    (copy / name).write_text('{"model_type": "qwen2_5_vl"')
    assert refused(copy).startswith(f"{copy}/{name}: must be JSON that can be read (Expecting ',' ")
    (copy / name).write_bytes(b"\xff\xfe\xfd")
    line = refused(copy)
    assert line.startswith(f"{copy}/{name}: must be JSON that can be read ('utf-")
    assert line.endswith("); remove it and fetch it again")
    (copy / name).write_text("[1]")
    assert refused(copy) == f"{copy}/{name}: must be a JSON object, is a list; fetch it again"
    (copy / name).write_text(POINTER)
    assert refused(copy) == (
        f"{copy}/{name}: must be JSON, is the git-lfs pointer to it; run git lfs pull where it was cloned"
    )


@pytest.mark.parametrize("missing", TOKENS)
def test_a_vocabulary_without_a_token_of_the_prompts(copy, missing):
    path = copy / "tokenizer.json"
    path.write_text(path.read_text().replace(missing, "<|other|>"))
    assert refused(copy) == (
        f"{path}: must have the tokens <|image_pad|>, <|vision_start|>, <|vision_end|>, <|endoftext|>, "
        f"lacks {missing}; take the tokenizer that the model was trained with"
    )


def test_the_think_token_is_one_of_the_tokens_that_are_needed():
    assert THINK in TOKENS


def test_a_tokenizer_without_a_vocabulary(copy):
    (copy / "tokenizer.json").write_text("{}")
    assert refused(copy) == (
        f"{copy}/tokenizer.json: must be a tokenizer with a vocabulary, has none; fetch it again"
    )


def test_a_configuration_that_names_another_image_token(copy):
    change(copy / "config.json", image_token_id=7)
    assert refused(copy) == (
        f"{copy}: image_token_id of config.json must be the tokenizer's <|image_pad|>, got 7"
    )


def test_a_chat_template_is_needed_in_one_of_three_places(copy):
    (copy / "chat_template.jinja").unlink()
    assert refused(copy) == (
        f"{copy}: must have a chat template, lacks chat_template.jinja, and chat_template in "
        "tokenizer_config.json and in chat_template.json; take the template of the model that it was "
        "trained from"
    )
    (copy / "chat_template.json").write_text('{"chat_template": "{{ messages }}"}')
    assert locate(model_settings(str(copy))) == copy
    (copy / "chat_template.json").write_text("{}")
    assert ": must have a chat template, lacks " in refused(copy)
    change(copy / "tokenizer_config.json", chat_template="{{ messages }}")
    assert locate(model_settings(str(copy))) == copy


def test_weights_that_are_cut_short(copy):
    weights = copy / "model.safetensors"
    whole = weights.read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    for kept in (len(whole) - 1, header, header - 1, 9, 8, 3, 0):
        weights.write_bytes(whole[:kept])
        line = refused(copy)
        assert line.startswith(
            f"{weights}: must be a whole safetensors file, is cut short or damaged ("
        )
        assert line.endswith("); remove it and fetch it again")


def test_something_else_in_the_place_of_weights(copy):
    weights = copy / "model.safetensors"
    torch.save({"a": torch.zeros(500)}, weights)
    line = (
        f"{weights}: must be a whole safetensors file, is a pickle file, which can run code when it is "
        "read; convert it to safetensors"
    )
    assert refused(copy) == line
    torch.save({"a": torch.zeros(500)}, weights, _use_new_zipfile_serialization=False)
    assert refused(copy) == line
    weights.write_text(POINTER)
    assert refused(copy) == (
        f"{weights}: must be a whole safetensors file, is the git-lfs pointer to it; run git lfs pull "
        "where it was cloned"
    )


def test_weights_that_are_missing(copy):
    (copy / "model.safetensors").unlink()
    line = f"{copy}: lacks the weights model.safetensors; complete the copy, or, where there are none but "
    assert refused(copy) == line + "in pickle files, convert those to safetensors"
    (copy / "pytorch_model.bin").write_bytes(b"PK\3\4")
    assert refused(copy) == (
        line + "in pickle files (found pytorch_model.bin), convert those to safetensors"
    )


def test_quantised_weights(copy):
    weights = copy / "model.safetensors"
    tensors = load_file(weights)
    name = min(tensors)
    save_file(tensors | {name: tensors[name].to(torch.int8)}, weights)
    assert refused(copy) == (
        f"{weights}: must hold floating-point tensors, {name} is I8; take the checkpoint that is not "
        "quantised"
    )


def test_an_index_names_files_and_their_tensors(copy):
    index, places = shard(copy)
    assert locate(model_settings(str(copy))) == copy
    promised = places | {f"{i}.weight": "model-1.safetensors" for i in range(5)}
    index.write_text(json.dumps({"weight_map": promised}))
    assert refused(copy) == (
        f"{index}: must name the tensors of its files, model-1.safetensors lacks 0.weight, 1.weight, "
        "2.weight and 2 more; fetch both again, from one revision"
    )
    (copy / "model-2.safetensors").unlink()
    assert f"{copy}: lacks the weights model-2.safetensors; complete the copy" in refused(copy)
    for wrong in ({}, {"weight_map": {}}, {"weight_map": {"a": 1}}, {"weight_map": ["a"]}):
        index.write_text(json.dumps(wrong))
        assert refused(copy) == (
            f"{index}: must have weight_map, which tells the file of each tensor; fetch it again"
        )


def test_a_lone_file_goes_before_an_index_as_it_does_for_the_model_library(checkpoint, copy):
    shard(copy)
    shutil.copy(checkpoint / "model.safetensors", copy)
    assert weights_digest(copy) == weights_digest(checkpoint)


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
