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

from dmlr.cache.features import SharedFeatures
from dmlr.datasets.shard import read_shard
from dmlr.devices.gpus import Gpus
from dmlr.errors import DataError, RecordError
from dmlr.files import digest, write_json
from dmlr.progress import progress, say
from dmlr.settings import FeaturesSettings
from dmlr.vlm.device import device_name
from dmlr.vlm.encode import encode, picture_fault
from dmlr.vlm.feature_file import holds_features
from dmlr.vlm.load import digests, load
from dmlr.vlm.model import VisionLanguageModel


@dataclass(frozen=True)
class _Picture:
    """A picture, and the file of the store for its features."""

    sha256: str
    file: Path
    features: Path


def features(
    settings: FeaturesSettings,
    store: Path,
    manifests: Mapping[Path, Path],
    *,
    gpus: Gpus | None = None,
    shared: Path | None = None,
) -> None:
    """Fill the store with the features of shards' images and write each shard's manifest.

    The model is loaded once, for the first image that the store lacks.

    Args:
        settings: what determines the features.
        store: the folder of all features.
        manifests: of each shard file, the manifest to write.
        gpus: of the job.
        shared: folder of the cache, to take features from and to add them to; None: none.

    Raises:
        DataError: with one line for every image that is missing or broken, before the model is loaded.
    """
    base = base_of(settings)
    images = {shard: _pictures(shard, base, store) for shard in manifests}
    cached = _cached(settings, base, shared) if shared else None
    if cached:
        lacking = {p.features.name for of in images.values() for p in of.values() if _lacking(p)}
        cached.take(store, lacking, holds_features)
    _check({p for shard in images.values() for p in shard.values() if _lacking(p)})
    loaded = cache(lambda: load(settings.model, gpus=gpus))
    for shard, pictures in images.items():
        ran = _fill(settings, [p for p in pictures.values() if _lacking(p)], loaded)
        kept = len(pictures) - ran
        say(f"features {shard}: {len(pictures)} images, vision tower ran {ran} times, {kept} kept")
        names = {sha256: picture.features.name for sha256, picture in sorted(pictures.items())}
        if cached:
            cached.add(store, names.values())
        write_json(manifests[shard], {"model": base, "features": names})


def _pictures(shard: Path, base: dict[str, Any], store: Path) -> dict[str, _Picture]:
    """The pictures of a shard by their hash."""
    images = {sample.image.sha256: sample.image.file for sample in read_shard(shard)}
    folder = shard.parent.parent / "images"
    return {
        sha256: _Picture(sha256, folder / file, store / name_of(base, sha256))
        for sha256, file in images.items()
    }


def _cached(settings: FeaturesSettings, base: dict[str, Any], shared: Path) -> SharedFeatures:
    about = {**base, "device": device_name()}
    return SharedFeatures(shared, about, settings.model.checkpoint)


def _lacking(picture: _Picture) -> bool:
    return not picture.features.exists()


def _check(pictures: set[_Picture]) -> None:
    asked = sorted((picture.file, picture.sha256) for picture in pictures)
    faults = [fault for one in asked if (fault := picture_fault(*one))]
    if faults:
        raise DataError("\n".join(faults))


def base_of(settings: FeaturesSettings) -> dict[str, Any]:
    """Everything but the picture that determines its features."""
    base = {**settings.model_dump(exclude={"model", "files"}), **digests(settings.model)}
    return base | settings.model.model_dump(
        include={"dtype", "min_image_tokens", "max_image_tokens"}
    )


def name_of(base: dict[str, Any], sha256: str) -> str:
    """The file of the store for the features of a picture."""
    return f"{digest({**base, 'image': sha256})}.safetensors"


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
    if any(name != name_of(manifest["model"], sha256) for sha256, name in found.items()):
        raise RecordError(
            f"{path}: must name files by the digest of what they are made from, has another name; "
            "remove it and run again"
        )
    return found


def _fill(
    settings: FeaturesSettings, wanted: list[_Picture], loaded: Callable[[], VisionLanguageModel]
) -> int:
    """Fill the store; how often the vision tower ran."""
    ran = 0
    if wanted:
        vlm = loaded()
        with progress("features", len(wanted), unit="images") as advance:
            for picture in wanted:
                ran += encode(vlm, settings.model, picture.file, picture.features)
                advance()
    return ran
