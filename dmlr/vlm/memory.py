"""Memory of a device: what is free, that it ran out, and the most that was in use."""

import resource
import sys
from pathlib import Path

import psutil
import torch

# What torch's plain RuntimeError says where the host's memory ran out: its allocator, its files.
HOST_FULL = ("can't allocate memory", "Cannot allocate memory")
PROCESS = Path("/proc/self")  # Linux's; elsewhere a CPU's peak cannot start anew


def room(device: torch.device) -> tuple[int, int]:
    """Bytes that are free for this process, and all there are: a GPU's own, else the host's."""
    if device.type == "cuda":
        torch.cuda.empty_cache()  # what this process freed
        free, total = torch.cuda.mem_get_info(device)
        share = int(total * torch.cuda.get_per_process_memory_fraction(device))
        return min(free, share - torch.cuda.memory_reserved(device)), total
    found = psutil.virtual_memory()
    return found.available, found.total


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, a device's or the host's."""
    named = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return named or any(words in str(error) for words in HOST_FULL)


def forget_peak(device: torch.device) -> None:
    """Let the peak start anew; on a CPU without ``PROCESS`` it stays that of the whole process."""
    if device.type == "cuda":
        for number in range(torch.cuda.device_count()):
            torch.cuda.reset_peak_memory_stats(number)
        return
    try:
        (PROCESS / "clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def peak_bytes(device: torch.device) -> int:
    """Bytes at the peak since it was last forgotten, weights included.

    On a GPU they are torch's tensors, on all GPUs that the model is spread over; on a CPU the process's
    resident pages.
    """
    if device.type == "cuda":
        return sum(map(torch.cuda.max_memory_allocated, range(torch.cuda.device_count())))
    try:
        lines = (PROCESS / "status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("VmHWM:"):
            return 1024 * int(line.split()[1])
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts bytes there, else kibibytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
