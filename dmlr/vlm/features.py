"""Stage features: the vision tower's output of every distinct image, computed once and kept.

The store is addressed by content: picture, weights, processor, token limits, type and code. A shard's
manifest names the store's files, so that a stage after it needs neither picture nor vision tower.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock
from safetensors.torch import load_file, save_file

from dmlr.datasets.shard import read_shard
from dmlr.devices.gpus import Gpus
from dmlr.errors import DataError, RecordError
from dmlr.files import digest, replacing, write_json
from dmlr.progress import progress, say
from dmlr.settings import FeaturesSettings
from dmlr.vlm.images import image_fault, open_image
from dmlr.vlm.load import digests, load
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import ImageFeatures


@dataclass(frozen=True)
class _Picture:
    """A picture, and the file of the store for its features."""

    file: Path
    features: Path


def features(
    settings: FeaturesSettings,
    store: Path,
    manifests: Mapping[Path, Path],
    *,
    gpus: Gpus | None = None,
) -> None:
    """Fill the store with the features of shards' images and write each shard's manifest.

    The model is loaded once, for the first image that the store lacks.

    Args:
        settings: what determines the features.
        store: the folder of all features.
        manifests: of each shard file, the manifest to write.
        gpus: of the job.

    Raises:
        DataError: with one line for every image that is missing or broken, before the model is loaded.
    """
    base = {**settings.model_dump(exclude={"model", "files"}), **digests(settings.model)}
    base |= settings.model.model_dump(include={"dtype", "min_image_tokens", "max_image_tokens"})
    images = {shard: _pictures(shard, base, store) for shard in manifests}
    _check({p.file for shard in images.values() for p in shard.values() if _lacking(p)})
    loaded = cache(lambda: load(settings.model, gpus=gpus))
    for shard, pictures in images.items():
        ran = _fill(settings, [p for p in pictures.values() if _lacking(p)], loaded)
        kept = len(pictures) - ran
        say(f"features {shard}: {len(pictures)} images, vision tower ran {ran} times, {kept} kept")
        names = {sha256: picture.features.name for sha256, picture in sorted(pictures.items())}
        write_json(manifests[shard], {"model": base, "features": names})


def _pictures(shard: Path, base: dict[str, Any], store: Path) -> dict[str, _Picture]:
    """The pictures of a shard by their hash."""
    images = {sample.image.sha256: sample.image.file for sample in read_shard(shard)}
    folder = shard.parent.parent / "images"
    names = {sha256: f"{digest({**base, 'image': sha256})}.safetensors" for sha256 in images}
    return {sha: _Picture(folder / file, store / names[sha]) for sha, file in images.items()}


def _lacking(picture: _Picture) -> bool:
    return not picture.features.exists()


def _check(pictures: set[Path]) -> None:
    faults = [fault for picture in sorted(pictures) if (fault := image_fault(picture))]
    if faults:
        remedy = "remove its benchmark's folder to prepare it again"
        raise DataError("\n".join(f"{fault}; {remedy}" for fault in faults))


def read_manifest(path: Path, model: dict[str, str]) -> dict[str, str]:
    """Which file of the store holds which image's features.

    Args:
        path: the shard's manifest.
        model: the digests of the model that is going to read the features.

    Raises:
        RecordError: the manifest is missing or damaged, or its features are another model's.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        found: dict[str, str] = manifest["features"]
        other = {name: manifest["model"][name] for name in model}
    except (OSError, ValueError, KeyError) as error:
        raise RecordError(f"{path}: cannot be read ({error}); run dmlr features again") from None
    if other != model:
        raise RecordError(f"{path}: must be features of {model}, got {other}; run snakemake again")
    return found


def read_features(path: Path, device: torch.device) -> ImageFeatures:
    """One image's features from the store.

    Raises:
        RecordError: the file is missing or damaged.
    """
    try:
        tensors = load_file(path, device=str(device))
    except Exception as error:  # noqa: BLE001  (safetensors raises several unrelated types)
        raise RecordError(
            f"{path}: cannot be read ({error}); remove it and the manifests that name it, and run again"
        ) from None
    rows, columns = tensors["grid"].tolist()
    return ImageFeatures(tensors["patches"], rows, columns, tensors["deepstack"])


def _fill(
    settings: FeaturesSettings, wanted: list[_Picture], loaded: Callable[[], VisionLanguageModel]
) -> int:
    """Fill the store; how often the vision tower ran."""
    ran = 0
    if wanted:
        vlm = loaded()
        with progress("features", len(wanted), unit="images") as advance:
            for picture in wanted:
                ran += _encode(vlm, settings, picture)
                advance()
    return ran


def _encode(vlm: VisionLanguageModel, settings: FeaturesSettings, picture: _Picture) -> bool:
    """Encode one image unless another job has done so meanwhile; whether the tower ran."""
    path = picture.features
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):  # another shard may hold the same picture
        if path.exists():
            return False
        opened = open_image(
            picture.file,
            pixels_per_token=vlm.pixels_per_token,
            min_tokens=settings.model.min_image_tokens,
            max_tokens=settings.model.max_image_tokens,
        )
        found = vlm.encode_image(opened)
        grid = torch.tensor([found.rows, found.columns])
        with replacing(path) as temporary:
            tensors = {"patches": found.patches, "deepstack": found.deepstack, "grid": grid}
            save_file({k: t.contiguous().cpu() for k, t in tensors.items()}, temporary)
        return True
