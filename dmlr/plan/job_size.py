"""How many shards a job may work on to last so long, by what was measured.

It is told and not done: a rate changes while an experiment runs, and jobs that change with it would all
be made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dmlr.experiment import MOST_SHARDS, Experiment
from dmlr.plan.answers import Answers


@dataclass(frozen=True)
class JobSize:
    """Shards of ``samples`` samples that the slowest answers, ``seconds`` each, let into ``minutes``."""

    shards: int
    now: int
    minutes: int
    slowest: Answers
    seconds: float
    samples: int

    def __str__(self) -> str:
        """A line for people."""
        who = f"{self.slowest.model}, {self.slowest.profile}: {self.seconds:.2f} s a sample"
        return (
            f"jobs of up to {self.minutes} min: shards_per_job: {self.shards}, {self.now} now (by the "
            f"slowest, {who}; shards of {self.samples})"
        )


def job_size(experiment: Experiment, found: Sequence[Answers], minutes: int) -> JobSize | None:
    """The size of jobs that last so many minutes at most; None where nothing was measured."""
    measured = [
        (one.seconds / one.missing, one) for one in found if one.seconds is not None and one.missing
    ]
    if not measured:
        return None
    seconds, slowest = max(measured, key=lambda pair: pair[0])
    samples = experiment.shard_size
    shards = max(1, min(int(60 * minutes / max(seconds * samples, 1e-9)), MOST_SHARDS))
    return JobSize(shards, experiment.shards_per_job, minutes, slowest, seconds, samples)
