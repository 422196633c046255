"""Where a model's files come from, whether they are all there, and what they digest to."""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from dmlr.checkpoint_files import read_object
from dmlr.errors import CheckpointError
from dmlr.files import digest, file_digest
from dmlr.settings import Model
from dmlr.snapshot import MODEL, fetch
from dmlr.weights import check_weights, weight_files

MODEL_TYPES = {
    "qwen2_5_vl": "qwen2_5_vl",
    "qwen3_vl": "qwen3_vl",
}  # family -> model_type of config.json
NEEDED = ("config.json", "tokenizer.json", "tokenizer_config.json", "preprocessor_config.json")
PROCESSING = ("tokenizer.json", "tokenizer_config.json", "preprocessor_config.json",
              "chat_template.jinja", "chat_template.json")  # fmt: skip
# What prompts are made of; the last one is the place of a think token.
TOKENS = ("<|image_pad|>", "<|vision_start|>", "<|vision_end|>", "<|endoftext|>")
HASHED = 64 * 2**20  # bytes; at planning a larger file is told by size and time, not by content
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
FETCHED = ["*.json", "*.safetensors", "*.jinja", "*.txt"]


def locate(model: Model) -> Path:
    """The model's directory, downloaded first where it is a hub id that is not in the local cache.

    Raises:
        CheckpointError: nothing is there, or it is not a checkpoint of the model's family.
    """
    folder = _folder(model)
    check(folder, family=model.family)
    return folder


def family_of(model: Model) -> str:
    """Which family a checkpoint is of, by its own configuration; the model's ``family`` is not read.

    Raises:
        CheckpointError: nothing is there, or no adapter drives it.
    """
    folder = _folder(model)
    if not (folder / "config.json").is_file():
        raise CheckpointError(
            f"{folder}: must be a checkpoint directory, lacks config.json; complete the copy"
        )
    found = _model_type(folder)
    families = {model_type: family for family, model_type in MODEL_TYPES.items()}
    if found not in families:
        raise CheckpointError(
            f"{folder / 'config.json'}: model_type must be one of {', '.join(families)}, got {found}"
        )
    return families[found]


def _model_type(folder: Path) -> str | None:
    found = read_object(folder / "config.json").get("model_type")
    return found if isinstance(found, str) else None


@cache
def signature(model: Model) -> dict[str, str]:
    """What tells one state of a local checkpoint from another, cheap enough for every planning.

    Empty for a hub id, which its pinned revision tells.

    Raises:
        CheckpointError: the directory is not there, or not a checkpoint of the model's family.
    """
    folder = local(model)
    if folder is None:
        return {}
    check(folder, family=model.family)
    paths = [folder / "config.json", *weight_files(folder)]
    paths += [folder / name for name in PROCESSING if (folder / name).is_file()]
    return {path.name: _state(path) for path in paths}


def _state(path: Path) -> str:
    found = path.stat()
    return file_digest(path) if found.st_size <= HASHED else f"{found.st_size} {found.st_mtime_ns}"


def _folder(model: Model) -> Path:
    """The model's directory, downloaded first where it is a hub id that the cache does not hold."""
    return local(model) or fetch(
        MODEL, model.checkpoint, model.revision, patterns=FETCHED, offline=model.offline
    )


def local(model: Model) -> Path | None:
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
            f"{folder}: must be a checkpoint directory, lacks {', '.join(missing)}; complete the copy"
        )
    found = _model_type(folder)
    if found != MODEL_TYPES[family]:
        raise CheckpointError(
            f"{folder / 'config.json'}: model_type must be {MODEL_TYPES[family]} for the family "
            f"{family}, got {found}"
        )
    read_object(folder / "preprocessor_config.json")
    _check_tokens(folder)
    _check_template(folder)
    check_weights(folder)


def _check_tokens(folder: Path) -> None:
    path = folder / "tokenizer.json"
    ids = _token_ids(path)
    missing = [token for token in TOKENS if token not in ids]
    if missing:
        raise CheckpointError(
            f"{path}: must have the tokens {', '.join(TOKENS)}, lacks {', '.join(missing)}; take the "
            "tokenizer that the model was trained with"
        )
    found = read_object(folder / "config.json").get("image_token_id", ids[TOKENS[0]])
    if found != ids[TOKENS[0]]:
        raise CheckpointError(wrong_image_token(folder, found))


def _token_ids(path: Path) -> dict[str, int]:
    tokenizer = read_object(path)
    try:
        added = {token["content"]: token["id"] for token in tokenizer.get("added_tokens", [])}
        return {**tokenizer["model"]["vocab"], **added}
    except (KeyError, TypeError):
        raise CheckpointError(
            f"{path}: must be a tokenizer with a vocabulary, has none; fetch it again"
        ) from None


def wrong_image_token(folder: Path, found: object) -> str:
    """The line about a configuration that means another token than the prompts do."""
    return (
        f"{folder}: image_token_id of config.json must be the tokenizer's {TOKENS[0]}, got {found}"
    )


def _check_template(folder: Path) -> None:
    told = read_object(folder / "tokenizer_config.json").get("chat_template")
    if not (told or (folder / "chat_template.jinja").is_file() or processor_template(folder)):
        raise CheckpointError(
            f"{folder}: must have a chat template, lacks chat_template.jinja, and chat_template in "
            "tokenizer_config.json and in chat_template.json; take the template of the model that it "
            "was trained from"
        )


def processor_template(folder: Path) -> str | None:
    """The chat template of ``chat_template.json``, which the model library reads for processors alone.

    Raises:
        CheckpointError: the file is not JSON.
    """
    path = folder / "chat_template.json"
    found = read_object(path).get("chat_template") if path.is_file() else None
    return found if isinstance(found, str) else None


def processing_digest(folder: Path) -> str:
    """SHA-256 over tokenizer, chat template and image processor."""
    paths = [folder / name for name in PROCESSING if (folder / name).is_file()]
    return digest([[path.name, file_digest(path)] for path in paths])
