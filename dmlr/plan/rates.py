"""How long an answer takes, by what was measured: the answers that there are, else a bench."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dmlr import config
from dmlr.experiment import Experiment
from dmlr.report.bench_files import Bench, benches
from dmlr.settings import RunKey
from dmlr.status.speed import Speed, speed_of, speed_so_far


@dataclass(frozen=True)
class Rate:
    """Seconds of a device for one answer, and where that is from."""

    seconds: float
    source: str


class Rates:
    """What was measured in a folder of results.

    Raises:
        RecordError: a bench's file cannot be read.
    """

    def __init__(
        self, experiment: Experiment, results: Path, shards: Mapping[str, Sequence[str]]
    ) -> None:
        self.experiment, self.results, self.shards = experiment, results, shards
        self._benches = benches(results)
        self._measured: dict[RunKey, Speed | None] = {}

    def of(self, key: RunKey) -> Rate | None:
        """The run's own answers count first, then those of its model and profile, then a bench."""
        own = self._speed(key)
        if own is not None:
            return Rate(own.seconds, f"its own answers{_on(own)}")
        alike = [k for k in config.run_keys(self.experiment) if _alike(k, key)]
        other = next((found for one in alike if (found := self._speed(one))), None)
        if other is not None:
            return Rate(other.seconds, f"its answers elsewhere{_on(other)}")
        return self._bench(key)

    def _speed(self, key: RunKey) -> Speed | None:
        if key not in self._measured:
            folder = self.results / "runs" / key.folder
            found = speed_of(folder, self.shards[key.benchmark])
            self._measured[key] = found or speed_so_far(folder)
        return self._measured[key]

    def _bench(self, key: RunKey) -> Rate | None:
        """By the newest-named bench of this model; it measures vanilla and dmlr-paper alone."""
        names = (key.model, self.experiment.model_catalog[key.model].checkpoint)
        found = [one for one in self._benches if one.conditions.model in names]
        method = self.experiment.profile_catalog[key.profile].method
        return _of_bench(found[-1], method) if found else None


def _of_bench(bench: Bench, method: str) -> Rate | None:
    name = {"vanilla": "vanilla_samples_per_second", "dmlr": "dmlr_samples_per_second"}.get(method)
    if name is None or not bench.batches:
        return None
    batch = max(bench.batches, key=lambda one: float(getattr(one.end_to_end, name)))
    told = bench.conditions
    source = f"bench/{bench.name} ({told.new_tokens} tokens, batch {batch.batch}, {told.device})"
    return Rate(1 / getattr(batch.end_to_end, name), source)


def _alike(one: RunKey, other: RunKey) -> bool:
    return (one.model, one.profile) == (other.model, other.profile)


def _on(speed: Speed) -> str:
    return f" on {speed.device}" if speed.device else ""
