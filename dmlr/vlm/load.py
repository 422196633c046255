"""Loading a model by its settings."""

import torch
from transformers.utils.logging import disable_progress_bar

from dmlr.checkpoint import locate, processing_digest, weights_digest
from dmlr.errors import ConfigError
from dmlr.progress import say
from dmlr.settings import Model
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.qwen2_5_vl import Qwen25VL
from dmlr.vlm.qwen3_vl import Qwen3VL

FAMILIES: dict[str, type[VisionLanguageModel]] = {"qwen2_5_vl": Qwen25VL, "qwen3_vl": Qwen3VL}


def load(model: Model, *, device: str | None = None) -> VisionLanguageModel:
    """Load the model onto a device, the best there is unless one is named, and say which that is.

    Raises:
        CheckpointError: the checkpoint is missing, incomplete or of another family.
    """
    folder = locate(model)
    name = _checked(device) if device else best_device()
    say(f"model {model.checkpoint}: {model.dtype} on {name}")
    disable_progress_bar()  # its bar of weights would clutter the logs
    family = FAMILIES[model.family]
    return family.from_pretrained(
        folder, dtype=getattr(torch, model.dtype), device=torch.device(name)
    )


def _checked(device: str) -> str:
    """A device that torch knows and that this machine has.

    Raises:
        ConfigError: it is neither.
    """
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        why = str(error).splitlines()[0]
        raise ConfigError(
            f"--device: must be a device of this machine, got {device!r} ({why})"
        ) from None
    return device


def best_device() -> str:
    """``cuda`` where there is one, else ``cpu``."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def digests(model: Model) -> dict[str, str]:
    """Digests of everything of a checkpoint that can change a number."""
    folder = locate(model)
    return {"weights": weights_digest(folder), "processing": processing_digest(folder)}
