"""How a job uses GPUs; no number depends on it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gpus:
    """GPUs of a job.

    Attributes:
        count: over which the model is spread; 0: the job runs on the CPU.
        share: how many jobs may use each of them at a time, this one among them.
    """

    count: int = 1
    share: int = 1
