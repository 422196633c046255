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
from dmlr.devices.gpus import Gpus
from dmlr.errors import CheckpointError, DmlrError
from dmlr.progress import say
from dmlr.settings import Model
from dmlr.units import amount
from dmlr.vlm.device import free, left, named, places
from dmlr.vlm.memory import out_of_memory
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.qwen2_5_vl import Qwen25VL
from dmlr.vlm.qwen3_vl import Qwen3VL
from dmlr.weights import count_numbers, weight_files, weights_digest

FAMILIES: dict[str, type[VisionLanguageModel]] = {"qwen2_5_vl": Qwen25VL, "qwen3_vl": Qwen3VL}
SHOWN = 300  # characters of the model library's message that fit on a line
SAY_EVERY = 10.0  # seconds between two lines while weights are read
SMALLER = "end what else uses it, or take a smaller model, a dtype of 16 bits or a larger device"
TABLES = ("LOAD REPORT", "seem corrupted")  # warnings about what dmlr.weights.check_fit says


def load(
    model: Model, *, device: str | None = None, gpus: Gpus | None = None
) -> VisionLanguageModel:
    """Load the model onto a device, the best there is unless one is named, and say which that is.

    Args:
        model: which one.
        device: as torch names it.
        gpus: where several are given and seen, the model's layers are spread over all that are seen.

    Raises:
        CheckpointError: the checkpoint is missing, incomplete, of another family or too large.
        ConfigError: this machine has no such device.
    """
    folder = locate(model)
    devices = places(device, gpus or Gpus())
    place = named(devices)
    dtype: torch.dtype = getattr(torch, model.dtype)
    stored = sum(file.stat().st_size for file in weight_files(folder))
    say(f"model {model.checkpoint}: {model.dtype} on {place}, loading {amount(stored)} of weights")
    _check_memory(folder, dtype, devices)
    started = time.monotonic()
    with _saying(started):
        vlm = _read(FAMILIES[model.family], folder, dtype, devices)
    _say_loaded(vlm, devices, time.monotonic() - started)
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


def _check_memory(folder: Path, dtype: torch.dtype, devices: list[torch.device]) -> None:
    """Check that the weights fit: the devices may be shared with other programs.

    Raises:
        CheckpointError: they do not.
    """
    needed = count_numbers(folder) * dtype.itemsize
    if needed > free(devices):
        raise CheckpointError(
            f"{folder}: its weights take {amount(needed)} in {str(dtype).removeprefix('torch.')}, "
            f"{named(devices)} has {left(devices)}; {SMALLER}"
        )


def _read(
    family: type[VisionLanguageModel],
    folder: Path,
    dtype: torch.dtype,
    devices: list[torch.device],
) -> VisionLanguageModel:
    """Load, with one line for whatever the model library finds wrong.

    Its bar is not shown: it counts tensors that are only mapped, and is full before they are read.
    """
    disable_progress_bar()
    logging.getLogger("transformers.modeling_utils").addFilter(_is_no_table)
    try:
        return family.from_pretrained(folder, dtype=dtype, devices=devices)
    except DmlrError:
        raise
    except Exception as error:
        if out_of_memory(error):
            raise CheckpointError(
                f"{folder}: memory ran out while it was loaded, {named(devices)} has {left(devices)}; "
                f"{SMALLER}"
            ) from None
        said = shorten(str(error), SHOWN)
        raise CheckpointError(
            f"{folder}: transformers {transformers.__version__} must be able to load it, raises "
            f"{type(error).__name__}: {said}; compare its files with those of its repository"
        ) from error


def _is_no_table(record: logging.LogRecord) -> bool:
    return not any(words in record.getMessage() for words in TABLES)


def _say_loaded(vlm: VisionLanguageModel, devices: list[torch.device], seconds: float) -> None:
    parameters = list(vlm.model.parameters())
    count = sum(parameter.numel() for parameter in parameters)
    number = f"{count / 1e9:.2f} billion" if count >= 1e9 else f"{count / 1e6:.2f} million"
    taken = amount(sum(parameter.numel() * parameter.itemsize for parameter in parameters))
    where = named(devices)
    if vlm.device.type == "cuda":
        where += f", {torch.cuda.get_device_name(vlm.device)}"
    said = f"{number} parameters take {taken} on {where} ({left(devices)})"
    say(f"loaded in {seconds:.1f} s: {said}")


def digests(model: Model) -> dict[str, str]:
    """Digests of everything of a checkpoint that can change a number."""
    folder = locate(model)
    return {"weights": weights_digest(folder), "processing": processing_digest(folder)}
