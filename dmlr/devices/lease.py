"""The GPUs of one job, from before torch looks for them to the job's end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from dmlr.devices.gpus import Gpus
from dmlr.devices.leases import take
from dmlr.devices.visible import VARIABLE, Visible, visible
from dmlr.progress import say

# Where one of these is set, and CUDA_VISIBLE_DEVICES too, a scheduler has assigned the GPUs.
SCHEDULERS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID")


@contextmanager
def leased(gpus: Gpus) -> Iterator[None]:
    """Let torch see so many GPUs that no other job uses; without any, say why it is the CPU.

    Torch reads ``CUDA_VISIBLE_DEVICES`` when it first looks for a GPU, so this goes before.

    Raises:
        ConfigError: there are fewer GPUs, or they cannot be listed or leased.
    """
    if gpus.count and VARIABLE in os.environ and any(name in os.environ for name in SCHEDULERS):
        say(f"GPU as the scheduler assigned it: {VARIABLE}={os.environ[VARIABLE]}")
        yield
        return
    found = visible() if gpus.count else Visible([], "--gpus is 0")
    if not found.uuids:
        say(f"no GPU: {found.why}; on the CPU")
    leases = take(found.uuids, gpus.count, gpus.share) if found.uuids else []
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = ",".join(lease.uuid for lease in leases)
    try:
        yield
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before
        for lease in leases:
            lease.release()
