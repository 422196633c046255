"""What is to be answered, and how long that would take."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dmlr import config
from dmlr.datasets.places import planned_samples
from dmlr.datasets.shard import read_shard
from dmlr.experiment import Experiment
from dmlr.files import digest
from dmlr.methods.keys import determinants, sample_key
from dmlr.plan.rates import Rate, Rates
from dmlr.settings import ReasonSettings, RunKey
from dmlr.status.growing import GrowingJournal

DEVICES = ("cuda", "cpu")  # where a job may run is not known here, and a journal is of one


@dataclass(frozen=True)
class Answers:
    """The runs of one model and profile together.

    ``samples`` are those of the shards that would be worked on, ``finished`` of them are in journals.
    ``seconds`` all others take on one device, by ``sources``; None where nothing was measured.
    """

    model: str
    profile: str
    samples: int
    finished: int
    seconds: float | None
    sources: Sequence[str]

    @property
    def missing(self) -> int:
        """Samples to answer."""
        return self.samples - self.finished


def answers(experiment: Experiment, results: Path, made: Iterable[str]) -> list[Answers]:
    """What the planned jobs would answer, by model and profile.

    Args:
        experiment: the configuration.
        results: folder of all stages' results.
        made: all files that the planned jobs write.
    """
    counting, wanted = _Counting(experiment, results), set(made)
    found: dict[tuple[str, str], list[_Run]] = {}
    for key in config.run_keys(experiment):
        run = counting.run(key, wanted)
        if run.samples:
            found.setdefault((key.model, key.profile), []).append(run)
    rates = Rates(experiment, results, counting.shards)
    return [_together(names, runs, rates) for names, runs in found.items()]


@dataclass(frozen=True)
class _Run:
    key: RunKey
    samples: int
    finished: int


class _Counting:
    def __init__(self, experiment: Experiment, results: Path) -> None:
        self.experiment, self.results = experiment, results
        self.shards = {name: config.shards_of(experiment, name) for name in experiment.benchmarks}

    def run(self, key: RunKey, wanted: set[str]) -> _Run:
        """The shards of a run whose predictions are among the wanted files."""
        folder, samples, finished = self.results / "runs" / key.folder, 0, 0
        for place, shard in enumerate(self.shards[key.benchmark]):
            if str(folder / f"{shard}.predictions.parquet") in wanted:
                one = self._shard(key, shard, place)
                samples, finished = samples + one.samples, finished + one.finished
        return _Run(key, samples, finished)

    def _shard(self, key: RunKey, shard: str, place: int) -> _Run:
        path = self.results / "benchmarks" / key.benchmark / "shards" / f"{shard}.jsonl"
        if not path.is_file():
            size = self.experiment.shard_size
            planned = planned_samples(self.experiment.benchmark_catalog[key.benchmark])
            return _Run(key, min(size, planned - place * size), 0)
        samples = read_shard(path)
        manifest = self.results / "features" / key.model / key.benchmark / f"{shard}.json"
        if not manifest.is_file():
            return _Run(key, len(samples), 0)
        told = json.loads(manifest.read_text("utf-8"))
        features: Mapping[str, str] = told["features"]
        done = self._journalled(key, shard, told["model"])
        keys = [sample_key(s, features.get(s.image.sha256, "")) for s in samples]
        return _Run(key, len(samples), sum(one in done for one in keys))

    def _journalled(self, key: RunKey, shard: str, model: Mapping[str, str]) -> set[str]:
        """Keys of the samples that a journal of these settings has finished, on whatever device."""
        settings = ReasonSettings.model_validate_json(config.reason_settings(self.experiment, key))
        digests = {name: model[name] for name in ("weights", "processing")}
        found: set[str] = set()
        for device in DEVICES:
            name = digest(determinants(settings, digests, device))[:16]
            path = self.results / "runs" / key.folder / "journal" / f"{shard}.{name}.jsonl"
            found = max(found, GrowingJournal(path).look().finished, key=len)
        return found


def _together(names: tuple[str, str], runs: Sequence[_Run], rates: Rates) -> Answers:
    measured: list[tuple[_Run, Rate | None]] = [(run, rates.of(run.key)) for run in runs]
    known = [(run, rate) for run, rate in measured if rate is not None]
    seconds = sum((run.samples - run.finished) * rate.seconds for run, rate in known)
    return Answers(
        model=names[0],
        profile=names[1],
        samples=sum(run.samples for run in runs),
        finished=sum(run.finished for run in runs),
        seconds=seconds if len(known) == len(measured) else None,
        sources=list(dict.fromkeys(rate.source for _, rate in known)),
    )
