"""How long an answer takes, by the predictions that there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean

from dmlr.errors import RecordError
from dmlr.records import Prediction, read_records
from dmlr.status.growing import PHASES, GrowingJournal, journals_in

JOURNALS = 3  # that are read at most


@dataclass(frozen=True)
class Speed:
    """Seconds of an answer, its share of its batch: loading the model is not in it.

    ``samples`` answers were measured, on ``device``; empty where that is not known.
    """

    seconds: float
    samples: int
    device: str = ""


def speed_of(folder: Path, shards: Iterable[str]) -> Speed | None:
    """What the answers of a run's first finished shard took; None where there is none."""
    paths = (folder / f"{shard}.predictions.parquet" for shard in shards)
    path = next(filter(Path.is_file, paths), None)
    try:
        said = read_records(path, Prediction) if path else []
    except RecordError:  # told by whoever reads it for its answers
        return None
    ok = [one for one in said if one.status == "ok"]
    if not ok:
        return None
    seconds = fmean(sum(getattr(one, phase) for phase in PHASES) for one in ok)
    return Speed(seconds, len(ok), ok[0].device)


def speed_so_far(folder: Path) -> Speed | None:
    """The same by the journals, where no shard is finished yet."""
    for path in islice(journals_in(folder).values(), JOURNALS):
        found = GrowingJournal(path).look().seconds
        if found:
            return Speed(fmean(found), len(found))
    return None
