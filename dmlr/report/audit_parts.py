"""The parts of a benchmark's ``audit.json`` that its section of the first page shows."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from dmlr.datasets.entry import Status, Subset
from dmlr.datasets.errata import Outcome


class Told(BaseModel):
    """Base of the audit's parts: immutable; keys that the pages do not show are passed over."""

    model_config = ConfigDict(frozen=True)


class Source(Told):
    """Where the rows are from; what does not concern a loader is empty."""

    loader: str
    split: str
    source: str = "official"
    hub: str | None = None
    revision: str | None = None
    folder: str | None = None
    released: str | None = None
    licence: str = ""
    citation: str = ""
    files: dict[str, str] = {}


class Chosen(Subset):
    """How many rows of how many, and how they were chosen."""

    of: int
    chosen: int

    @property
    def words(self) -> str:
        """The same in words."""
        if self.chosen == self.of:
            return f"all {self.of:,} rows"
        how = []
        if self.ids:
            how.append("chosen by id")
        if self.stratified:
            how.append(f"drawn in proportion by {self.by} with seed {self.seed}")
        if self.max_samples:
            how.append("the first ones")
        if self.start or self.end:
            last = min(self.end or self.of, self.of) - 1
            how.append(f"{'out of ' if how else ''}rows {self.start:,} to {last:,} from 0 on")
        return f"{self.chosen:,} of {self.of:,} rows, {' '.join(how)}"


class LabelSet(Told):
    """How many answers a label set has, and of which kinds."""

    answers: int
    empty: int
    kinds: dict[str, int]


class Floor(Told):
    """What always giving one answer scores by a metric."""

    labels: str
    metric: str
    answer: str
    correct: int
    of: int


class Ceiling(Told):
    """How many samples any reply can get right under a rule set."""

    labels: str
    rules: str
    reachable: int
    of: int


class Erratum(Told):
    """A known fault and what came of it at one sample, empty where it stands for several."""

    sample: str
    field: str
    old: str
    new: str
    source: str
    reason: str
    status: Status
    outcome: Outcome


@dataclass(frozen=True)
class Kind:
    """Errata of one outcome and status: each with its samples."""

    outcome: Outcome
    status: Status
    errata: list[tuple[Erratum, list[str]]]

    @property
    def samples(self) -> list[str]:
        """The samples that they concern, each once."""
        return list(dict.fromkeys(name for _, names in self.errata for name in names))
