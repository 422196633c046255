"""How far an experiment is: every stage, every run, what failed and why, and who is at work."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dmlr import config
from dmlr.datasets.places import planned_samples
from dmlr.experiment import Experiment
from dmlr.records import Sample, read_records
from dmlr.status.locked import Working, working
from dmlr.status.runs import RunStatus, RunWatch, Shard
from dmlr.status.stages import RESULTS, StageStatus, file_stages


@dataclass(frozen=True)
class Status:
    """One look; ``reasons`` counts what failed, by stage and by the reason that was recorded."""

    stages: Sequence[StageStatus]
    runs: Sequence[RunStatus]
    working: Working

    @property
    def reasons(self) -> Counter[tuple[str, str]]:
        """What failed, by stage and reason, the most frequent first."""
        found: Counter[tuple[str, str]] = Counter()
        for stage in self.stages:
            found.update({(stage.name, reason): n for reason, n in stage.failed.items()})
        return found

    @property
    def finished(self) -> bool:
        """True where every stage has made all that it makes."""
        return all(stage.done + _lost(stage) >= stage.total for stage in self.stages)

    @property
    def seconds_left(self) -> float | None:
        """Until all samples are answered by as many jobs as are at work now; None where that is unknown.

        A run that nobody has measured yet counts with the mean of the measured ones.
        """
        jobs = sum(run.jobs for run in self.runs)
        known = [run.speed.seconds for run in self.runs if run.speed]
        if not jobs or not known:
            return None
        mean = sum(known) / len(known)
        return sum(r.left * (r.speed.seconds if r.speed else mean) for r in self.runs) / jobs


class Watch:
    """Looks at an experiment again and again.

    Raises:
        DataError: a local file of a benchmark cannot be read.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.shards = {name: config.shards_of(experiment, name) for name in experiment.benchmarks}
        sized = {name: self._sized(name) for name in experiment.benchmarks}
        self._runs = [
            RunWatch(RESULTS / "runs" / key.folder, key, sized[key.benchmark])
            for key in config.run_keys(experiment)
        ]

    def look(self) -> Status:
        """How far it is now."""
        runs = [run.look() for run in self._runs]
        stages = file_stages(self.experiment, self.shards)
        reason = StageStatus(
            "reason",
            "samples",
            sum(run.total for run in runs),
            sum(run.done for run in runs),
            sum(run.jobs for run in runs),
            sum((run.failed for run in runs), Counter()),
        )
        order = {"prepare": stages.pop("prepare"), "features": stages.pop("features")}
        everything = [*order.values(), reason, *stages.values()]
        return Status(everything, runs, working(Path.cwd()))

    def _sized(self, benchmark: str) -> list[Shard]:
        """A benchmark's shards: of the prepared samples if there are any, else of the planned ones."""
        prepared = RESULTS / "benchmarks" / benchmark / "samples.parquet"
        if prepared.is_file():
            count = len(read_records(prepared, Sample))
        else:
            count = planned_samples(self.experiment.benchmark_catalog[benchmark])
        size = self.experiment.shard_size
        return [
            Shard(name, min(size, max(count - place * size, 0)))
            for place, name in enumerate(self.shards[benchmark])
        ]


def _lost(stage: StageStatus) -> int:
    """Samples that a stage has tried in vain: there is nothing left to do in this run of it."""
    return stage.failed.total() if stage.unit == "samples" else 0
