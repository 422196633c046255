"""Which GPUs a process may use: what CUDA_VISIBLE_DEVICES names, else all that nvidia-smi lists."""

import os
import subprocess
from dataclasses import dataclass
from itertools import takewhile

from dmlr.errors import ConfigError

VARIABLE = "CUDA_VISIBLE_DEVICES"
LISTING = ("nvidia-smi", "--query-gpu=index,uuid,memory.total", "--format=csv,noheader")
NONE = "No devices were found"  # nvidia-smi where there is a driver and no GPU
SECONDS = 60  # within which nvidia-smi must answer
ON_CPU = f"set {VARIABLE}= to run on the CPU"


@dataclass(frozen=True)
class Visible:
    """GPUs by UUID, or why there are none."""

    uuids: list[str]
    why: str = ""


def visible() -> Visible:
    """The GPUs that this process may use.

    ``CUDA_VISIBLE_DEVICES`` counts GPUs as nvidia-smi does; beginnings of UUIDs will do, as for CUDA.
    MIG devices, which nvidia-smi does not list so, are taken as they are named.

    Raises:
        ConfigError: the variable names a GPU that is not there, or nvidia-smi fails.
    """
    told = os.environ.get(VARIABLE)
    if told is None:
        return _listed()
    named = [name.strip() for name in told.split(",") if name.strip()]
    names = [*takewhile(lambda name: name != "-1", named)]  # as CUDA, which reads no further
    if not names:
        return Visible([], f"{VARIABLE} is {told!r}")
    if all(name.startswith("MIG-") for name in names):
        return Visible(names)
    there = _listed()
    return Visible(_chosen(names, there.uuids)) if there.uuids else there


def _chosen(names: list[str], uuids: list[str]) -> list[str]:
    found = []
    for name in names:
        if name.startswith("MIG-"):
            found.append(name)
        elif name.isdecimal() and int(name) < len(uuids):
            found.append(uuids[int(name)])
        elif name.startswith("GPU-") and (same := [u for u in uuids if u.startswith(name)]):
            found.append(same[0])
        else:
            listed = ", ".join(f"{number} ({uuid})" for number, uuid in enumerate(uuids))
            raise ConfigError(f"{VARIABLE}: must name GPUs of this machine, {listed}; got {name!r}")
    return list(dict.fromkeys(found))


def _listed() -> Visible:
    """All GPUs, in the order of their indices."""
    try:
        done = subprocess.run(LISTING, capture_output=True, text=True, timeout=SECONDS)
    except FileNotFoundError:
        return Visible([], "nvidia-smi is not there")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"nvidia-smi: must list the GPUs, failed ({error}); {ON_CPU}") from None
    if NONE in done.stdout + done.stderr:
        return Visible([], "nvidia-smi lists none")
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).split())
        raise ConfigError(
            f"nvidia-smi: must list the GPUs, ended with exit code {done.returncode} ({said}); repair "
            f"the driver, or {ON_CPU}"
        )
    rows = [line.split(", ") for line in done.stdout.splitlines() if line.strip()]
    if any(len(row) != 3 or not row[0].isdecimal() for row in rows):
        raise ConfigError(
            f"nvidia-smi: must list index, uuid and memory of each GPU, printed {done.stdout!r}; "
            f"{ON_CPU}"
        )
    ordered = [row[1] for row in sorted(rows, key=lambda row: int(row[0]))]
    return Visible(ordered, "" if ordered else "nvidia-smi lists none")
