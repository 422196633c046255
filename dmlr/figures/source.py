"""What a figure is made from: the database, the measures beside it, and what the experiment says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dmlr.figures.told import FigureSettings
from dmlr.store.cells import Cell, cells


@dataclass(frozen=True)
class Source:
    """``database`` is that of the aggregate stage, ``results`` the folder of all stages' results."""

    settings: FigureSettings
    database: duckdb.DuckDBPyConnection
    results: Path

    @property
    def conditions(self) -> str:
        """What all figures are of, as a sentence below each."""
        told = self.settings
        return (
            f"Benchmarks: {', '.join(told.benchmarks)}. Models: {', '.join(told.models)}. "
            f"Run seed {told.seed}. Answers scored by protocol {told.protocol}."
        )

    @property
    def provenance(self) -> str:
        """The footer of everything that comes from this database."""
        found = self.database.execute("SELECT id FROM provenance WHERE kind = 'tables'").fetchall()
        ((name,),) = found
        return f"provenance {name}; dmlr show {name} expands it"

    def place(self, benchmark: str, model: str, profile: str) -> tuple[int, int, int]:
        """Where a run stands in the experiment: rows of data are in this order."""
        told = self.settings
        return (
            told.benchmarks.index(benchmark),
            told.models.index(model),
            told.profiles.index(profile),
        )

    def scored(self) -> list[Cell]:
        """The runs of the figures' seed under the main protocol, in the experiment's order.

        Choice: official labels, else the first ones by name; the tables have all of them.
        """
        whole = [
            cell
            for cell in cells(self.database, self.settings.baseline)
            if cell.category is None
            and (cell.protocol, cell.seed) == (self.settings.protocol, self.settings.seed)
        ]
        labels = {
            cell.run: main_labels([c.labels for c in whole if c.run == cell.run]) for cell in whole
        }
        chosen = [cell for cell in whole if cell.labels == labels[cell.run]]
        return sorted(chosen, key=lambda cell: self.place(cell.benchmark, cell.model, cell.profile))


def main_labels(found: Sequence[str]) -> str:
    """Of several label sets, the one that a figure follows."""
    return "official" if "official" in found else min(found)


def shares(cell: Cell) -> tuple[float | None, float | None, float | None]:
    """Accuracy of a run with its interval, in percent; None where nothing was scored."""
    found = cell.accuracy
    return (found.value, found.low, found.high) if found else (None, None, None)
