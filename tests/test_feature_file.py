"""The file of a picture's features: it comes back as it was, or is refused."""

import re

import pytest
import torch

from dmlr.errors import RecordError
from dmlr.vlm.feature_file import holds_features, read_features, write_features
from dmlr.vlm.parts import ImageFeatures

CPU = torch.device("cpu")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store" / "a.safetensors"


def written(path, dtype=torch.float32):
    noise = torch.Generator().manual_seed(1)
    patches, levels = (
        torch.randn(*shape, generator=noise).to(dtype) for shape in ((6, 5), (3, 6, 5))
    )
    write_features(path, ImageFeatures(patches, 2, 3, levels))
    return patches, levels


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_features_come_back_bit_by_bit(path, dtype):
    patches, levels = written(path, dtype)
    found = read_features(path, CPU)
    assert (found.rows, found.columns, found.patches.dtype) == (2, 3, dtype)
    assert torch.equal(found.patches, patches)
    assert torch.equal(found.deepstack, levels)
    assert holds_features(path)


def test_equal_features_are_equal_files(path):
    written(path)
    before = path.read_bytes()
    written(path)
    assert path.read_bytes() == before


def test_a_flipped_bit_anywhere_is_found(path):
    written(path)
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :]
        )
        with pytest.raises(RecordError, match=f"^{re.escape(str(path))}: must "):
            read_features(path, CPU)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(RecordError, match="must have the SHA-256 that it carries, has another"):
        read_features(path, CPU)


@pytest.mark.parametrize("kept", [0, 5, 0.5, 0.99])
def test_a_truncated_file_is_no_features(path, kept):
    written(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    assert not holds_features(path)


def test_nothing_there_is_no_features(path):
    assert not holds_features(path)
    with pytest.raises(RecordError, match="must be features that can be read"):
        read_features(path, CPU)
