"""A picture's features as a file: safetensors, which carry the SHA-256 of the whole file."""

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from dmlr.errors import RecordError
from dmlr.files import replacing
from dmlr.sealed import FIELD, blank, is_whole, sealed
from dmlr.vlm.parts import ImageFeatures


def write_features(path: Path, found: ImageFeatures) -> None:
    """Write the features, whole or not at all."""
    grid = torch.tensor([found.rows, found.columns])
    tensors = {"patches": found.patches, "deepstack": found.deepstack, "grid": grid}
    kept, left = {name: t.contiguous().cpu() for name, t in tensors.items()}, blank()
    with replacing(path) as temporary:
        temporary.write_bytes(sealed(save(kept, {FIELD: left}), left))


def read_features(path: Path, device: torch.device) -> ImageFeatures:
    """Read them as they were written.

    Raises:
        RecordError: the file is missing or damaged.
    """
    try:
        with safe_open(path, framework="pt", device=str(device)) as opened:
            if not is_whole(path.read_bytes(), (opened.metadata() or {}).get(FIELD, "")):
                raise RecordError(f"{path}: must have the SHA-256 that it carries, has another")
            patches, deepstack, grid = map(opened.get_tensor, ("patches", "deepstack", "grid"))
    except (OSError, SafetensorError) as error:
        raise RecordError(f"{path}: must be features that can be read ({error})") from None
    rows, columns = grid.tolist()
    return ImageFeatures(patches, rows, columns, deepstack)


def holds_features(path: Path) -> bool:
    """Whether a file is there, as it was written."""
    try:
        read_features(path, torch.device("cpu"))
    except RecordError:
        return False
    return True
