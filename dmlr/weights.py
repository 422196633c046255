"""A checkpoint's weights as files: which they are, whether they are whole, and what they digest to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dmlr.checkpoint_files import read_header, read_object
from dmlr.digests import kept_digest
from dmlr.errors import CheckpointError
from dmlr.files import digest
from dmlr.progress import say

LONE, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth")
QUANTISED = {"I8", "U8", "I32", "F8_E4M3", "F8_E5M2"}  # how quantised weights are stored


def weight_files(folder: Path) -> list[Path]:
    """The checkpoint's safetensors files, those that the model library will load.

    Raises:
        CheckpointError: there are none, or the index names one that is missing or is no index.
    """
    names = _promised(folder)
    missing = sorted(name for name in names if not (folder / name).is_file())
    if missing:
        pickles = sorted(path.name for glob in PICKLES for path in folder.glob(glob))
        found = f" (found {', '.join(pickles)})" if pickles else ""
        raise CheckpointError(
            f"{folder}: lacks the weights {', '.join(missing)}; complete the copy, or, where there are "
            f"none but in pickle files{found}, convert those to safetensors"
        )
    return sorted(folder / name for name in names)


def check_weights(folder: Path) -> None:
    """Check that the weights are whole and not quantised; their headers are read, not the tensors.

    Raises:
        CheckpointError: one line with the first rule that they break.
    """
    weight_files(folder)
    for name, promised in sorted(_promised(folder).items()):
        file = folder / name
        held = read_header(file)
        missing = sorted(promised - held.keys())
        if missing:
            raise CheckpointError(
                f"{folder / INDEX}: must name the tensors of its files, {name} lacks "
                f"{_some(missing)}; fetch both again, from one revision"
            )
        for tensor, (kind, _) in held.items():
            if kind in QUANTISED:
                raise CheckpointError(
                    f"{file}: must hold floating-point tensors, {tensor} is {kind}; take the checkpoint "
                    "that is not quantised"
                )


def count_numbers(folder: Path) -> int:
    """How many numbers the weights have in all."""
    return sum(count for file in weight_files(folder) for _, count in read_header(file).values())


def check_fit(folder: Path, loaded: dict[str, Any]) -> None:
    """Check that the weights filled the model, which is random where they did not.

    Args:
        folder: of the checkpoint.
        loaded: what the model library tells about its loading.

    Raises:
        CheckpointError: tensors are missing, or have other shapes than the model's.
    """
    if loaded["missing_keys"]:
        raise CheckpointError(
            f"{folder}: weights must have every tensor of the model, lack "
            f"{_some(sorted(loaded['missing_keys']))}; complete them, or correct config.json"
        )
    wrong = [
        f"{name} {list(found)} for {list(wanted)}"
        for name, found, wanted in sorted(loaded["mismatched_keys"])
    ]
    if wrong:
        raise CheckpointError(
            f"{folder}: weights must have the shapes that config.json asks for, have {_some(wrong)}; "
            "take both from one revision"
        )
    extra = sorted(loaded["unexpected_keys"])
    if extra:
        say(f"{folder}: tensors that the model has no place for are left out: {_some(extra)}")


def weights_digest(folder: Path) -> str:
    """SHA-256 over configuration and weights."""
    paths = [folder / "config.json", *weight_files(folder)]
    return digest([[path.name, kept_digest(path)] for path in paths])


def _promised(folder: Path) -> dict[str, set[str]]:
    """File -> the tensors that the index promises in it; a lone file, which goes first, has no index."""
    path = folder / INDEX
    if (folder / LONE).is_file() or not path.is_file():
        return {LONE: set()}
    places = read_object(path).get("weight_map")
    if not isinstance(places, dict) or not places or {type(n) for n in places.values()} != {str}:
        raise CheckpointError(
            f"{path}: must have weight_map, which tells the file of each tensor; fetch it again"
        )
    return {
        file: {tensor for tensor, place in places.items() if place == file}
        for file in set(places.values())
    }


def _some(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
