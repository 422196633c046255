"""Wall clock of a device."""

import platform
import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

Seconds = dict[str, list[float]]  # per measured thing, one number per repeat


class Stopwatch:
    """Times things against each other on one device."""

    def __init__(self, device: torch.device, repeats: int) -> None:
        """Args: where the things run, and how often each is timed."""
        self.device, self.repeats = device, repeats

    def seconds(self, things: Mapping[str, Callable[[], object]]) -> Seconds:
        """Time all things in turns (A B C A B C ...), after one run of each to warm up.

        In turns, since a machine that slows down for a while must not do so for one of them alone.
        """
        for run in things.values():
            run()
        found: Seconds = {name: [] for name in things}
        for _ in range(self.repeats):
            for name, run in things.items():
                found[name].append(self._time(run))
        return found

    def _time(self, run: Callable[[], object]) -> float:
        self._wait()
        started = time.perf_counter()
        run()
        self._wait()
        return time.perf_counter() - started

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


def median_ms(seconds: Sequence[float], *, units: int = 1) -> float:
    """Milliseconds of a unit, where each time is that of so many."""
    return 1000 * statistics.median(seconds) / units


def difference_ms(longer: Sequence[float], shorter: Sequence[float], *, units: int) -> float:
    """Milliseconds of a unit, where the longer run of a repeat has so many more than the shorter."""
    pairs = zip(longer, shorter, strict=True)
    return median_ms([long - short for long, short in pairs], units=units)


def device_name(device: torch.device) -> str:
    """What the device is sold as."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    told = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", told.read_text()) if told.is_file() else []
    return names[0] if names else platform.processor()
