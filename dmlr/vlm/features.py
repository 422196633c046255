"""Stage features: the vision tower's output of every distinct image, computed once and kept.

The store is addressed by content: picture, weights, processor, token limits, type and code. A shard's
manifest names the store's files, so that a stage after it needs neither picture nor vision tower.
"""

import json
from pathlib import Path

import torch
from filelock import FileLock
from safetensors.torch import load_file, save_file

from dmlr.datasets.shard import read_shard
from dmlr.errors import DataError, RecordError
from dmlr.files import digest, replacing, write_json
from dmlr.progress import progress, say
from dmlr.records import ImageFile
from dmlr.settings import FeaturesSettings
from dmlr.vlm.images import image_fault, open_image
from dmlr.vlm.load import digests, load
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import ImageFeatures


def features(settings: FeaturesSettings, shard: Path, store: Path, manifest: Path) -> None:
    """Fill the store with the features of a shard's images and write the shard's manifest.

    Raises:
        DataError: with one line for every image that is missing or broken.
    """
    base = {**settings.model_dump(exclude={"model", "files"}), **digests(settings.model)}
    base |= settings.model.model_dump(include={"dtype", "min_image_tokens", "max_image_tokens"})
    images = {sample.image.sha256: sample.image for sample in read_shard(shard)}
    names = {sha256: f"{digest({**base, 'image': sha256})}.safetensors" for sha256 in images}
    missing = [sha256 for sha256, name in names.items() if not (store / name).exists()]
    folder = shard.parent.parent / "images"
    wanted = [(images[sha256], store / names[sha256]) for sha256 in missing]
    ran = _fill(settings, wanted, folder)
    kept = len(images) - ran
    say(f"features {shard}: {len(images)} images, vision tower ran {ran} times, {kept} kept")
    write_json(manifest, {"model": base, "features": dict(sorted(names.items()))})


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


def _fill(settings: FeaturesSettings, wanted: list[tuple[ImageFile, Path]], folder: Path) -> int:
    """Fill the store; how often the vision tower ran. Bad images stop it before the model loads."""
    faults = [fault for image, _ in wanted if (fault := image_fault(folder / image.file))]
    if faults:
        remedy = "remove its benchmark's folder to prepare it again"
        raise DataError("\n".join(f"{fault}; {remedy}" for fault in faults))
    ran = 0
    if wanted:
        vlm = load(settings.model)
        with progress("features", len(wanted), unit="images") as advance:
            for image, path in wanted:
                ran += _encode(vlm, settings, image, folder, path)
                advance()
    return ran


def _encode(
    vlm: VisionLanguageModel, settings: FeaturesSettings, image: ImageFile, folder: Path, path: Path
) -> bool:
    """Encode one image unless another shard has done so meanwhile; whether the tower ran."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):  # another shard may hold the same picture
        if path.exists():
            return False
        opened = open_image(
            folder / image.file,
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
