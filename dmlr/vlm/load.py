"""Loading a model by its settings."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten

import psutil
import torch
import transformers
from transformers.utils.logging import disable_progress_bar

from dmlr.checkpoint import locate, processing_digest
from dmlr.errors import CheckpointError, ConfigError, DmlrError
from dmlr.progress import say
from dmlr.settings import Model
from dmlr.units import amount
from dmlr.vlm.memory import out_of_memory, room
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.qwen2_5_vl import Qwen25VL
from dmlr.vlm.qwen3_vl import Qwen3VL
from dmlr.weights import count_numbers, weight_files, weights_digest

FAMILIES: dict[str, type[VisionLanguageModel]] = {"qwen2_5_vl": Qwen25VL, "qwen3_vl": Qwen3VL}
SHOWN = 300  # characters of the model library's message that fit on a line
SAY_EVERY = 10.0  # seconds between two lines while weights are read
SMALLER = "end what else uses it, or take a smaller model, a dtype of 16 bits or a larger device"
TABLES = ("LOAD REPORT", "seem corrupted")  # warnings about what dmlr.weights.check_fit says


def load(model: Model, *, device: str | None = None) -> VisionLanguageModel:
    """Load the model onto a device, the best there is unless one is named, and say which that is.

    Raises:
        CheckpointError: the checkpoint is missing, incomplete, of another family or too large.
        ConfigError: this machine has no such device.
    """
    folder = locate(model)
    place = torch.device(_checked(device) if device else best_device())
    dtype: torch.dtype = getattr(torch, model.dtype)
    stored = sum(file.stat().st_size for file in weight_files(folder))
    say(f"model {model.checkpoint}: {model.dtype} on {place}, loading {amount(stored)} of weights")
    _check_memory(folder, dtype, place)
    started = time.monotonic()
    with _saying(started):
        vlm = _read(FAMILIES[model.family], folder, dtype, place)
    _say_loaded(vlm, time.monotonic() - started)
    return vlm


@contextmanager
def _saying(started: float, every: float = SAY_EVERY) -> Iterator[None]:
    """Say now and then how much of the weights this process holds: a large model takes minutes."""
    held, done = psutil.Process(), threading.Event()

    def watch() -> None:
        while not done.wait(every):
            seconds = time.monotonic() - started
            say(f"loading for {seconds:.0f} s: {amount(held.memory_info().rss)} in memory")

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _check_memory(folder: Path, dtype: torch.dtype, device: torch.device) -> None:
    """Check that the weights fit: the device may be shared with other programs.

    Raises:
        CheckpointError: they do not.
    """
    needed, free = count_numbers(folder) * dtype.itemsize, room(device)[0]
    if needed > free:
        raise CheckpointError(
            f"{folder}: its weights take {amount(needed)} in {str(dtype).removeprefix('torch.')}, "
            f"{device} has {_left(device)}; {SMALLER}"
        )


def _read(
    family: type[VisionLanguageModel], folder: Path, dtype: torch.dtype, device: torch.device
) -> VisionLanguageModel:
    """Load, with one line for whatever the model library finds wrong.

    Its bar is not shown: it counts tensors that are only mapped, and is full before they are read.
    """
    disable_progress_bar()
    logging.getLogger("transformers.modeling_utils").addFilter(_is_no_table)
    try:
        return family.from_pretrained(folder, dtype=dtype, device=device)
    except DmlrError:
        raise
    except Exception as error:
        if out_of_memory(error):
            raise CheckpointError(
                f"{folder}: memory ran out while it was loaded, {device} has {_left(device)}; {SMALLER}"
            ) from None
        said = shorten(str(error), SHOWN)
        raise CheckpointError(
            f"{folder}: transformers {transformers.__version__} must be able to load it, raises "
            f"{type(error).__name__}: {said}; compare its files with those of its repository"
        ) from error


def _is_no_table(record: logging.LogRecord) -> bool:
    return not any(words in record.getMessage() for words in TABLES)


def _say_loaded(vlm: VisionLanguageModel, seconds: float) -> None:
    parameters = list(vlm.model.parameters())
    count = sum(parameter.numel() for parameter in parameters)
    number = f"{count / 1e9:.2f} billion" if count >= 1e9 else f"{count / 1e6:.2f} million"
    taken = amount(sum(parameter.numel() * parameter.itemsize for parameter in parameters))
    where = str(vlm.device)
    if vlm.device.type == "cuda":
        where += f", {torch.cuda.get_device_name(vlm.device)}"
    said = f"{number} parameters take {taken} on {where} ({_left(vlm.device)})"
    say(f"loaded in {seconds:.1f} s: {said}")


def _left(device: torch.device) -> str:
    free, total = room(device)
    return f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free"


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
