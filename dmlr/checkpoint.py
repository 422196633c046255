"""Where a model's files come from, whether they are all there, and what they digest to."""

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from safetensors import SafetensorError, safe_open

from dmlr.errors import CheckpointError
from dmlr.files import digest, file_digest
from dmlr.settings import Model

MODEL_TYPES = {
    "qwen2_5_vl": "qwen2_5_vl",
    "qwen3_vl": "qwen3_vl",
}  # family -> model_type of config.json
NEEDED = ("config.json", "tokenizer.json", "tokenizer_config.json", "preprocessor_config.json")
PROCESSING = ("tokenizer.json", "tokenizer_config.json", "preprocessor_config.json",
              "chat_template.jinja", "chat_template.json")  # fmt: skip
HASHED = 64 * 2**20  # bytes; at planning a larger file is told by size and time, not by content
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


def locate(model: Model) -> Path:
    """The model's directory, downloaded first where it is a hub id that is not in the local cache.

    Raises:
        CheckpointError: nothing is there, or it is not a checkpoint of the model's family.
    """
    folder = _local(model) or _download(model)
    check(folder, family=model.family)
    return folder


def family_of(model: Model) -> str:
    """Which family a checkpoint is of, by its own configuration; the model's ``family`` is not read.

    Raises:
        CheckpointError: nothing is there, or no adapter drives it.
    """
    folder = _local(model) or _download(model)
    if not (folder / "config.json").is_file():
        raise CheckpointError(f"{folder}: must be a checkpoint directory, lacks config.json")
    found = _model_type(folder)
    families = {model_type: family for family, model_type in MODEL_TYPES.items()}
    if found not in families:
        raise CheckpointError(
            f"{folder / 'config.json'}: model_type must be one of {', '.join(families)}, got {found}"
        )
    return families[found]


def _model_type(folder: Path) -> str | None:
    found: str | None = json.loads((folder / "config.json").read_text(encoding="utf-8")).get(
        "model_type"
    )
    return found


@cache
def signature(model: Model) -> dict[str, str]:
    """What tells one state of a local checkpoint from another, cheap enough for every planning.

    Empty for a hub id, which its pinned revision tells.

    Raises:
        CheckpointError: the directory is not there, or not a checkpoint of the model's family.
    """
    folder = _local(model)
    if folder is None:
        return {}
    check(folder, family=model.family)
    paths = [folder / "config.json", *weight_files(folder)]
    paths += [folder / name for name in PROCESSING if (folder / name).is_file()]
    return {path.name: _state(path) for path in paths}


def _state(path: Path) -> str:
    found = path.stat()
    return file_digest(path) if found.st_size <= HASHED else f"{found.st_size} {found.st_mtime_ns}"


def _local(model: Model) -> Path | None:
    """The model's directory where it is a local one, None where it is a hub id."""
    if model.checkpoint.startswith("embedded:"):
        return Path(str(files("dmlr.resources") / model.checkpoint.removeprefix("embedded:")))
    if Path(model.checkpoint).is_dir() or not HUB_ID.fullmatch(model.checkpoint):
        return Path(model.checkpoint)
    return None


def check(folder: Path, *, family: str) -> None:
    """Check that a directory is a complete checkpoint of the family, without loading weights.

    Raises:
        CheckpointError: one line with the first rule it breaks.
    """
    if not folder.is_dir():
        raise CheckpointError(f"{folder}: must be a checkpoint directory, found nothing there")
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise CheckpointError(
            f"{folder}: must be a checkpoint directory, lacks {', '.join(missing)}"
        )
    found = _model_type(folder)
    if found != MODEL_TYPES[family]:
        raise CheckpointError(
            f"{folder / 'config.json'}: model_type must be {MODEL_TYPES[family]} for the family "
            f"{family}, got {found}"
        )
    for file in weight_files(folder):
        try:
            with safe_open(file, framework="pt"):
                pass
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{file}: must be a whole safetensors file ({error})") from None


def weight_files(folder: Path) -> list[Path]:
    """The checkpoint's safetensors files, as its index names them.

    Raises:
        CheckpointError: there are none, or the index names one that is missing.
    """
    index = folder / "model.safetensors.index.json"
    names = {"model.safetensors"}
    if index.is_file():
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    missing = sorted(name for name in names if not (folder / name).is_file())
    if missing:
        raise CheckpointError(f"{folder}: lacks the weights {', '.join(missing)}")
    return sorted(folder / name for name in names)


def weights_digest(folder: Path) -> str:
    """SHA-256 over configuration and weights."""
    paths = [folder / "config.json", *weight_files(folder)]
    return digest([[path.name, file_digest(path)] for path in paths])


def processing_digest(folder: Path) -> str:
    """SHA-256 over tokenizer, chat template and image processor."""
    paths = [folder / name for name in PROCESSING if (folder / name).is_file()]
    return digest([[path.name, file_digest(path)] for path in paths])


def _download(model: Model) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    if model.revision is None:
        raise CheckpointError(
            f"{model.checkpoint}: a hub id needs revision: the commit to pin, got null"
        )
    patterns = ["*.json", "*.safetensors", "*.jinja", "*.txt"]
    try:
        return Path(
            snapshot_download(
                model.checkpoint,
                revision=model.revision,
                local_files_only=model.offline,
                allow_patterns=patterns,
            )
        )
    except LocalEntryNotFoundError:
        why = "not in the local hub cache" + (
            "" if model.offline else " and the hub is out of reach"
        )
        raise CheckpointError(
            f"{model.checkpoint}: revision {model.revision} is {why}; set checkpoint to a local "
            "directory, or run once with a network and offline: false"
        ) from None
    except HfHubHTTPError as error:
        raise CheckpointError(f"{model.checkpoint}: the hub refused it ({error})") from None
