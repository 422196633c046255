"""``--model_name_or_path`` and the limits of the pictures, as an entry of the catalog of models."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dmlr import settings
from dmlr.checkpoint import HUB_ID, family_of
from dmlr.datasets.pictures import MAX_PIXELS
from dmlr.errors import ConfigError
from dmlr.released.flags import Flags
from dmlr.released.slug import slug
from dmlr.released.states import STATES

PIXELS = 28 * 28  # what the released code multiplies its two flags by
SIDE = {"qwen2_5_vl": 28, "qwen3_vl": 32}  # pixels of an image token, each way


def model(flags: Flags, catalog: Mapping[str, Any]) -> tuple[str, settings.ModelEntry]:
    """The model and its name; the catalog's own where its limits are the same.

    Raises:
        ConfigError: it is a hub id without a pinned revision, or the limits let no picture through.
        CheckpointError: it is a directory that is no checkpoint.
    """
    name, entry = _entry(flags.model_name_or_path, catalog)
    least, most = _tokens(pixels(flags), entry["family"])
    limits = {"min_image_tokens": least, "max_image_tokens": most, "dtype": "float32"}
    found = settings.ModelEntry.model_validate({**entry, **limits})
    if name in catalog and found == settings.ModelEntry.model_validate(catalog[name]):
        return name, found
    return slug(f"{name}-{least}-{most}"), found


def _entry(checkpoint: str, catalog: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    for name, entry in catalog.items():
        if entry.get("checkpoint") == checkpoint:
            return name, entry
    folder = Path(checkpoint)
    if not folder.is_dir() and (HUB_ID.fullmatch(checkpoint) or ":" in checkpoint):
        known = ", ".join(entry.get("checkpoint", "") for entry in catalog.values())
        raise ConfigError(
            "--model_name_or_path: must be a directory or a checkpoint of config/models.yaml "
            f"({known}), got {checkpoint!r}; download it, or add it there with the revision to pin"
        )
    entry = {
        "checkpoint": str(folder.resolve()), "revision": None, "offline": False,
        "dtype": "float32", "min_image_tokens": 4, "max_image_tokens": 256,
    }  # fmt: skip
    asked = settings.Model.model_validate({**entry, "family": "qwen2_5_vl"})
    return slug(folder.resolve().name), {**entry, "family": family_of(asked), "licence": "not said"}


def pixels(flags: Flags) -> tuple[int, int]:
    """The limits of a picture in the unit of the flags, given or by default.

    Raises:
        ConfigError: no picture could keep to them.
    """
    default_least, default_most = STATES[flags.state].pixels
    least = default_least if flags.min_pixels is None else flags.min_pixels
    most = default_most if flags.max_pixels is None else flags.max_pixels
    if least > most:
        raise ConfigError(
            f"--min_pixels: must be at most --max_pixels, got {least} and {most}; change one"
        )
    if least * PIXELS > MAX_PIXELS:
        raise ConfigError(
            f"--min_pixels: must be in units of 28*28 pixels, such as 128, got {least}, which asks for "
            f"pictures of at least {least * PIXELS // 10**6} million pixels"
        )
    return least, most


def _tokens(limits: tuple[int, int], family: str) -> tuple[int, int]:
    """Fewest and most image tokens of a picture; those of Qwen3-VL are larger than the flags' unit."""
    (least, most), area = limits, SIDE[family] ** 2
    return max(1, math.ceil(least * PIXELS / area)), max(4, most * PIXELS // area)
