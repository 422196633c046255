"""The most memory that was in use: torch's tensors on a GPU, the process's resident pages on a CPU."""

import resource
import sys
from pathlib import Path

import torch

PROCESS = Path("/proc/self")  # Linux's; elsewhere a CPU's peak cannot start anew


def forget_peak(device: torch.device) -> None:
    """Let the peak start anew; on a CPU without ``PROCESS`` it stays that of the whole process."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return
    try:
        (PROCESS / "clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def peak_bytes(device: torch.device) -> int:
    """Bytes at the peak since it was last forgotten, weights included."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    try:
        lines = (PROCESS / "status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("VmHWM:"):
            return 1024 * int(line.split()[1])
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts bytes there, else kibibytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
