"""How long an answer takes, by the predictions that there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean

import pyarrow.parquet as pq

from dmlr.errors import RecordError
from dmlr.records import Prediction, read_provenance
from dmlr.status.growing import PHASES, GrowingJournal, journals_in

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
    """What the answers of a run's first finished shards took; None where there is none."""
    measured: list[float] = []
    device: str | None = None
    paths = (folder / f"{shard}.predictions.parquet" for shard in shards)
    for path in islice(filter(Path.is_file, paths), SHARDS):
        try:
            device = read_provenance(path, Prediction).get("device")
        except RecordError:  # told by whoever reads it for its answers
            continue
        measured += _seconds(path)
    return Speed(fmean(measured), len(measured), device) if measured else None


def speed_so_far(folder: Path) -> Speed | None:
    """The same by the journals, where no shard is finished yet."""
    for path in islice(journals_in(folder).values(), SHARDS):
        found = GrowingJournal(path).look().seconds
        if found:
            return Speed(fmean(found), len(found), None)
    return None


def _seconds(path: Path) -> list[float]:
    table = pq.read_table(path, columns=["status", *PHASES])
    ok = [one for one in table.to_pylist() if one["status"] == "ok"]
    return [sum(one[phase] for phase in PHASES) for one in ok]
