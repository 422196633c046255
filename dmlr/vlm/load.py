"""Loading a model by its settings."""

import torch
from transformers.utils.logging import disable_progress_bar

from dmlr.checkpoint import locate, processing_digest, weights_digest
from dmlr.progress import say
from dmlr.settings import Model
from dmlr.vlm.qwen2_5_vl import Qwen25VL

FAMILIES = {"qwen2_5_vl": Qwen25VL}


def load(model: Model) -> Qwen25VL:
    """Load the model onto the best device there is, and say which that is.

    Raises:
        CheckpointError: the checkpoint is missing, incomplete or of another family.
    """
    folder = locate(model)
    name = device_name()
    say(f"model {model.checkpoint}: {model.dtype} on {name}")
    device = torch.device(name)
    disable_progress_bar()  # its bar of weights would clutter the logs
    return FAMILIES[model.family](folder, dtype=getattr(torch, model.dtype), device=device)


def device_name() -> str:
    """``cuda`` where there is one, else ``cpu``."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def digests(model: Model) -> dict[str, str]:
    """Digests of everything of a checkpoint that can change a number."""
    folder = locate(model)
    return {"weights": weights_digest(folder), "processing": processing_digest(folder)}
