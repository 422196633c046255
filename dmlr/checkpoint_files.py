"""What stands in the files of a checkpoint: JSON objects, and the headers of safetensors files."""

import json
import math
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from dmlr.errors import CheckpointError

POINTER = b"version https://git-lfs.github.com/spec/"  # how a git-lfs pointer begins
_POINTER_LINE = "is the git-lfs pointer to it; run git lfs pull where it was cloned"


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object of a checkpoint.

    Raises:
        CheckpointError: the file is something else.
    """
    try:
        content = path.read_bytes()
        found = None if content.startswith(POINTER) else json.loads(content)
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path}: must be JSON that can be read ({error}); remove it and fetch it again"
        ) from None
    if content.startswith(POINTER):
        raise CheckpointError(f"{path}: must be JSON, {_POINTER_LINE}")
    if not isinstance(found, dict):
        raise CheckpointError(
            f"{path}: must be a JSON object, is a {type(found).__name__}; fetch it again"
        )
    return found


def read_header(file: Path) -> dict[str, tuple[str, int]]:
    """Tensor -> its type and how many numbers it has; the numbers are not read.

    Raises:
        CheckpointError: the file is none, or not whole.
    """
    try:
        with safe_open(file, framework="numpy") as opened:  # quicker than torch to import
            found = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118
            return {
                name: (tensor.get_dtype(), math.prod(tensor.get_shape()))
                for name, tensor in found.items()
            }
    except OSError as error:
        raise CheckpointError(
            f"{file}: must be a safetensors file that can be read ({error})"
        ) from None
    except SafetensorError as error:
        raise CheckpointError(
            f"{file}: must be a whole safetensors file, {_instead(file, error)}"
        ) from None


def _instead(file: Path, error: SafetensorError) -> str:
    """What is there instead, and what to do about it."""
    with file.open("rb") as opened:
        start = opened.read(len(POINTER))
    if start == POINTER:
        return _POINTER_LINE
    if start[:2] in (b"PK", b"\x80\x02") and start[8:9] != b"{":  # where a header would begin
        return "is a pickle file, which can run code when it is read; convert it to safetensors"
    return f"is cut short or damaged ({error}); remove it and fetch it again"
