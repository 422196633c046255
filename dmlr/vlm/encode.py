"""Running the vision tower on a picture, into the file of the store that is to hold its features."""

from pathlib import Path

from dmlr.files import file_digest, writing
from dmlr.locks import held
from dmlr.settings import Model
from dmlr.vlm.feature_file import holds_features, write_features
from dmlr.vlm.images import image_fault, open_image
from dmlr.vlm.model import VisionLanguageModel


def picture_fault(path: Path, sha256: str) -> str | None:
    """Why a prepared picture cannot be encoded, and what to do: it is missing, broken or changed."""
    fault = image_fault(path)
    if fault is None and file_digest(path) != sha256:
        fault = f"{path}: image must be the one that was prepared, a part of it changed on the disk"
    return fault and f"{fault}; remove its benchmark's folder to prepare it again"


def encode(vlm: VisionLanguageModel, model: Model, picture: Path, path: Path) -> bool:
    """Write the features of a picture unless another process has done so; whether the tower ran."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    # Another shard may hold the same picture.
    with held(path.with_suffix(".lock"), f"{path}: another process makes it"):
        if holds_features(path):
            return False
        opened = open_image(
            picture,
            pixels_per_token=vlm.pixels_per_token,
            min_tokens=model.min_image_tokens,
            max_tokens=model.max_image_tokens,
        )
        write_features(path, vlm.encode_image(opened))
        return True
