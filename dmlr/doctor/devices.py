"""What models run on: torch's build, and the GPUs that the driver and torch know."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from dmlr.doctor.finding import Finding

# In a process of its own: a broken installation ends that one, and this one never loads torch.
PROBE = """
import json, torch
names = [torch.cuda.get_device_name(place) for place in range(torch.cuda.device_count())]
print(json.dumps({"version": torch.__version__, "cuda": torch.version.cuda, "names": names}))
"""
QUERY = ("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
TORCH_SECONDS, DRIVER_SECONDS = 90.0, 10.0


@dataclass(frozen=True)
class Torch:
    """What torch says about itself; ``cuda`` is None for a build without CUDA."""

    version: str
    cuda: str | None
    names: list[str]


def devices() -> list[Finding]:
    """One line about torch and the GPUs, two where they do not fit together."""
    torch, gpus = _torch(), _gpus()
    if isinstance(torch, Finding):
        return [torch]
    if isinstance(gpus, Finding):
        return [gpus, Finding("device", "ok", _on_cpu(torch))]
    if torch.names:
        return [Finding("device", "ok", f"torch {torch.version} on {', '.join(torch.names)}")]
    if gpus:
        return [Finding("device", "warning", _unused(torch, gpus))]
    return [Finding("device", "ok", _on_cpu(torch))]


def _on_cpu(torch: Torch) -> str:
    return f"torch {torch.version}, no GPU: models run on {os.cpu_count()} CPU cores"


def _unused(torch: Torch, gpus: list[str]) -> str:
    """Why torch uses none of the GPUs that the driver has."""
    listed = f"the driver has {len(gpus)} GPU ({gpus[0]})"
    if torch.cuda is None:
        version = torch.version.partition("+")[0]
        return (
            f"torch {torch.version} is a build for CPUs, but {listed}; install torch {version} built "
            "with CUDA, or everything runs on the CPU"
        )
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    if hidden is not None:
        return f"{listed}, and CUDA_VISIBLE_DEVICES={hidden!r} hides all from torch; unset it"
    return (
        f"torch {torch.version} cannot use CUDA {torch.cuda}, but {listed}; update the driver, or "
        "install a torch built with an older CUDA"
    )


def _torch() -> Torch | Finding:
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=TORCH_SECONDS
        )
    except subprocess.TimeoutExpired:
        return Finding("device", "fault", f"torch takes over {TORCH_SECONDS:.0f} s to import")
    if done.returncode:
        said = (done.stderr.splitlines() or [f"exit code {done.returncode}"])[-1]
        return Finding("device", "fault", f"torch cannot be imported ({said}); install it anew")
    return Torch(**json.loads(done.stdout))


def _gpus() -> list[str] | Finding:
    """Name, memory and driver of every GPU; none without a driver."""
    if shutil.which(QUERY[0]) is None:
        return []
    try:
        done = subprocess.run(QUERY, capture_output=True, text=True, timeout=DRIVER_SECONDS)
    except subprocess.TimeoutExpired:
        return Finding("device", "warning", "nvidia-smi does not answer; is the driver all right?")
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["nothing"]
        return Finding("device", "warning", f"nvidia-smi fails ({said[0]}); reload the driver")
    return [line for line in done.stdout.splitlines() if line.strip()]
