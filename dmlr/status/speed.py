"""How long an answer takes, by the predictions that there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import pyarrow.parquet as pq

from dmlr.errors import RecordError
from dmlr.records import Prediction, read_provenance
from dmlr.status.growing import PHASES, GrowingJournal, journal_of

SHARDS = 3  # finished shards that are read at most


@dataclass(frozen=True)
class Speed:
    """Seconds of an answer, its share of its batch: loading the model is not in it.

    ``samples`` answers were measured, on ``device``, where that is known.
    """

    seconds: float
    samples: int
    device: str | None


def speed_of(folder: Path, shards: Iterable[str]) -> Speed | None:
    """What the answers of a run's first finished shards took, else those of a journal; None without."""
    measured: list[float] = []
    device: str | None = None
    finished = [folder / f"{shard}.predictions.parquet" for shard in shards]
    for path in [path for path in finished if path.is_file()][:SHARDS]:
        try:
            device = read_provenance(path, Prediction).get("device")
        except RecordError:  # told by whoever reads it for its answers
            continue
        measured += _seconds(path)
    if measured:
        return Speed(fmean(measured), len(measured), device)
    return _of_journals(folder, shards)


def _seconds(path: Path) -> list[float]:
    table = pq.read_table(path, columns=["status", *PHASES])
    ok = [one for one in table.to_pylist() if one["status"] == "ok"]
    return [sum(one[phase] for phase in PHASES) for one in ok]


def _of_journals(folder: Path, shards: Iterable[str]) -> Speed | None:
    for shard in shards:
        path = journal_of(folder, shard)
        found = [] if path is None else GrowingJournal(path).look().seconds
        if found:
            return Speed(fmean(found), len(found), None)
    return None
