"""What stands where in the paper's tables: runs, and the published numbers beside them."""

from dataclasses import dataclass

from dmlr.store.cells import Cell

Words = tuple[str | None, str]  # the paper's model (None in Table 2) and method


@dataclass(frozen=True)
class Place:
    """A cell of a table: a run and the published number beside it, None where there is none.

    Without a run only the paper's words are known.
    """

    source: str
    paper_model: str | None
    method: str
    paper_benchmark: str | None
    model: str | None
    profile: str | None
    benchmark: str | None
    seed: int | None
    published: float | None
    benchmark_position: int | None
    run: str | None
    provenance: str | None

    @property
    def words(self) -> Words:
        """Whose published numbers stand in its row; Table 2 has the same for every model."""
        return self.paper_model if self.source == "table1" else None, self.method

    @property
    def row(self) -> tuple[Words, str | None, str | None]:
        """Its row for readers: one for every model and reading of the method."""
        return self.words, self.model, self.profile

    @property
    def column(self) -> tuple[str | None, str | None]:
        """Its column for readers: one for every reading of the benchmark."""
        return self.paper_benchmark, self.benchmark


@dataclass(frozen=True)
class Entry:
    """A place under one protocol and one label set; without a cell nothing was run."""

    place: Place
    cell: Cell | None

    @property
    def inside(self) -> bool | None:
        """Whether the published value lies in the measured interval; None where either is not there."""
        return lies_inside(self.place.published, self.cell)


def lies_inside(published: float | None, cell: Cell | None) -> bool | None:
    """Whether a published value lies in a cell's interval; None where one is not there or not final."""
    if published is None or cell is None or cell.accuracy is None or not cell.final:
        return None
    return bool(cell.accuracy.low <= published <= cell.accuracy.high)  # not numpy's
