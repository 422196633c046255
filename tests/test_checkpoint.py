import shutil

import pytest

from dmlr.checkpoint import locate, weights_digest
from dmlr.errors import CheckpointError
from tests.tiny import model_settings


@pytest.fixture
def copy(checkpoint, tmp_path):
    return shutil.copytree(checkpoint, tmp_path / "model")


def refused(folder, family="qwen2_5_vl"):
    with pytest.raises(CheckpointError) as error:
        locate(model_settings(str(folder), family))
    return str(error.value)


def test_a_directory_that_is_no_checkpoint(tmp_path):
    assert refused(tmp_path / "none").endswith(
        "must be a checkpoint directory, found nothing there"
    )
    assert refused(tmp_path).endswith(
        "must be a checkpoint directory, lacks config.json, tokenizer.json, "
        "tokenizer_config.json, preprocessor_config.json"
    )


def test_a_checkpoint_of_another_family(copy, checkpoints):
    text = (copy / "config.json").read_text()
    (copy / "config.json").write_text(
        text.replace('"model_type": "qwen2_5_vl",', '"model_type": "llama",')
    )
    assert "model_type must be qwen2_5_vl for the family qwen2_5_vl, got llama" in refused(copy)
    other = refused(checkpoints("qwen3_vl"))
    assert other.endswith("model_type must be qwen2_5_vl for the family qwen2_5_vl, got qwen3_vl")
    other = refused(checkpoints("qwen2_5_vl"), "qwen3_vl")
    assert other.endswith("model_type must be qwen3_vl for the family qwen3_vl, got qwen2_5_vl")


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
