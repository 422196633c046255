"""How far the answers of each run are."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dmlr.methods.failures import note_path
from dmlr.settings import RunKey
from dmlr.status.growing import GrowingJournal, journals_in
from dmlr.status.locked import is_held
from dmlr.status.speed import Speed, speed_of


@dataclass(frozen=True)
class Shard:
    """A slice of a run, and how many samples it has."""

    name: str
    samples: int


@dataclass
class RunStatus:
    """A run's samples: all, answered and failed (by reason); and how many jobs are at work on it."""

    key: RunKey
    total: int
    done: int = 0
    jobs: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    speed: Speed | None = None

    @property
    def left(self) -> int:
        """Samples that have neither an answer nor a reason why not."""
        return self.total - self.done - self.failed.total()

    @property
    def rate(self) -> float | None:
        """Samples per second of all jobs at work; None where nobody works or nothing was measured."""
        if self.speed is None or not self.jobs or not self.speed.seconds:
            return None
        return self.jobs / self.speed.seconds


class RunWatch:
    """Looks at one run again and again; a look reads only what changed since the last one.

    A shard with predictions is finished: its note says what failed. The journal of any other says how
    far it is, and the lock beside it whether a process is at work.
    """

    def __init__(self, folder: Path, key: RunKey, shards: Sequence[Shard]) -> None:
        self.folder, self.key, self.shards = folder, key, shards
        self._journals: dict[Path, GrowingJournal] = {}
        self._notes: dict[Path, tuple[int, Counter[str]]] = {}
        self._measured: Speed | None = None  # of finished shards, which do not change

    def look(self) -> RunStatus:
        """How far it is now."""
        status = RunStatus(self.key, sum(shard.samples for shard in self.shards))
        there = set(_names(self.folder))
        journals = journals_in(self.folder)
        for shard in self.shards:
            if f"{shard.name}.predictions.parquet" in there:
                self._finished(shard, status, there)
            elif shard.name in journals:
                self._unfinished(shard, status, journals[shard.name])
        if self._measured is None:
            self._measured = speed_of(self.folder, [shard.name for shard in self.shards])
        status.speed = status.speed or self._measured
        return status

    def _finished(self, shard: Shard, status: RunStatus, there: set[str]) -> None:
        failed = self._noted(self.folder / f"{shard.name}.predictions.parquet", there)
        status.failed += failed
        status.done += max(shard.samples - failed.total(), 0)

    def _noted(self, predictions: Path, there: set[str]) -> Counter[str]:
        """Why samples of a finished shard failed."""
        path = note_path(predictions)
        if path.name not in there:
            return Counter()
        changed = path.stat().st_mtime_ns
        if self._notes.get(path, (None,))[0] != changed:
            failed = json.loads(path.read_text(encoding="utf-8"))["failed"]
            self._notes[path] = changed, Counter(map(str, failed.values()))
        return self._notes[path][1]

    def _unfinished(self, shard: Shard, status: RunStatus, path: Path) -> None:
        journal = self._journals.setdefault(path, GrowingJournal(path)).look()
        status.done += min(len(journal.finished), shard.samples)
        status.failed += Counter(journal.failed.values())
        if is_held(self.folder / "journal" / f"{shard.name}.lock"):
            status.jobs += 1
            if journal.seconds:
                mean = sum(journal.seconds) / len(journal.seconds)
                status.speed = Speed(mean, len(journal.seconds))


def _names(folder: Path) -> Iterable[str]:
    return (path.name for path in folder.iterdir()) if folder.is_dir() else ()
