"""What models run on: torch's build, and the GPUs that a job may use."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from dmlr.devices.visible import SECONDS, visible
from dmlr.doctor.finding import Finding

# In a process of its own: a broken installation ends that one, and this one never loads torch.
PROBE = """
import json, torch
names = [torch.cuda.get_device_name(place) for place in range(torch.cuda.device_count())]
print(json.dumps({"version": torch.__version__, "cuda": torch.version.cuda, "names": names}))
"""
TORCH_SECONDS = 90.0
DEVICE_SECONDS = TORCH_SECONDS + SECONDS  # nvidia-smi takes its time too


@dataclass(frozen=True)
class Torch:
    """What torch says about itself; ``cuda`` is None for a build without CUDA."""

    version: str
    cuda: str | None
    names: list[str]


def devices() -> list[Finding]:
    """What torch would use of the GPUs that a job may use.

    Raises:
        ConfigError: the GPUs cannot be listed, so that no job could start.
    """
    torch, gpus = _torch(), visible()
    if isinstance(torch, Finding):
        return [torch]
    if torch.names:
        return [Finding("device", "ok", f"torch {torch.version} on {', '.join(torch.names)}")]
    if gpus.uuids:
        return [Finding("device", "warning", _unused(torch, gpus.uuids))]
    cores = f"models run on {os.cpu_count()} CPU cores"
    return [Finding("device", "ok", f"torch {torch.version}, no GPU ({gpus.why}): {cores}")]


def enough(name: str, wanted: int) -> list[Finding]:
    """Whether a model that is spread over several GPUs finds so many; without any it takes the CPU.

    Raises:
        ConfigError: the GPUs cannot be listed.
    """
    found = len(visible().uuids)
    if not found or wanted <= found:
        return []
    text = f"gpus must be at most {found}, the GPUs that a job may use here, got {wanted}; lower it"
    return [Finding(f"model {name}", "fault", text)]


def _unused(torch: Torch, uuids: list[str]) -> str:
    """Why torch uses none of the GPUs that the driver has."""
    listed = f"nvidia-smi lists {len(uuids)} GPU"
    if torch.cuda is None:
        version = torch.version.partition("+")[0]
        return (
            f"torch {torch.version} is a build for CPUs, but {listed}; install torch {version} built "
            "with CUDA, or everything runs on the CPU"
        )
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
