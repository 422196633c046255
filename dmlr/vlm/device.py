"""Devices as torch sees them: which one is used, what is free there, and what is said about it."""

import os

import torch

from dmlr.devices.gpus import Gpus
from dmlr.errors import ConfigError
from dmlr.progress import say
from dmlr.vlm.memory import room

SHARED = (
    0.95  # of a shared GPU's memory for torch's tensors; CUDA itself takes some for each process
)


def best_device() -> str:
    """``cuda`` where there is one, else ``cpu``."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def device_name() -> str:
    """The device by its kind: other cards, and CPUs of other instructions, round differently."""
    if best_device() == "cuda":
        return torch.cuda.get_device_name()
    return f"cpu, {torch.backends.cpu.get_cpu_capability()}"


def places(device: str | None, gpus: Gpus) -> list[torch.device]:
    """The devices of a model: the one that is named, or the best there is; several GPUs for several.

    Raises:
        ConfigError: this machine has no such device.
    """
    if device is not None:
        return [torch.device(_checked(device))]
    if best_device() == "cpu":
        _say_unused()
        return [torch.device("cpu")]
    count = torch.cuda.device_count() if gpus.count > 1 else 1
    found = [torch.device("cuda", number) for number in range(count)]
    if gpus.share > 1:
        for place in found:
            torch.cuda.set_per_process_memory_fraction(SHARED / gpus.share, place)
    return found if count > 1 else [torch.device("cuda")]


def free(devices: list[torch.device]) -> int:
    """Bytes that nobody uses on all of them."""
    return sum(room(device)[0] for device in devices)


def left(devices: list[torch.device]) -> str:
    """The same for people, with the bytes that there are."""
    total = sum(room(device)[1] for device in devices)
    return f"{free(devices) / 2**30:.1f} of {total / 2**30:.1f} GiB free"


def named(devices: list[torch.device]) -> str:
    """The devices in words."""
    return " and ".join(map(str, devices))


def _say_unused() -> None:
    """Say that this job was given a GPU and cannot use it."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given:
        why = "it is built for the CPU" if torch.version.cuda is None else "CUDA does not start"
        say(f"torch {torch.__version__} cannot use the GPU {given}: {why}; on the CPU")


def _checked(device: str) -> str:
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        why = str(error).splitlines()[0]
        raise ConfigError(
            f"--device: must be a device of this machine, got {device!r} ({why})"
        ) from None
    return device
