"""What is there of what was planned: answers and scores of every run, measures and figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dmlr.report.data import Run
from dmlr.report.told import ReportSettings
from dmlr.settings import RunKey
from dmlr.store.cells import Cell

ANSWERS = """
SELECT run, count(*) FILTER (status = 'ok')
FROM predictions
GROUP BY run
"""
SAMPLES = "SELECT benchmark, count(*) FROM samples GROUP BY benchmark"
SUFFIXES = (".svg", ".pdf", ".csv", ".md")  # of a figure's files


@dataclass(frozen=True)
class Progress:
    """How many of a run's ``planned`` samples are answered; ``cell`` has how many of them are scored."""

    run: Run
    planned: int
    answered: int
    cell: Cell

    @property
    def unanswered(self) -> int:
        """Samples that have failed, or that no answer is there for."""
        return self.planned - self.answered

    @property
    def whole(self) -> bool:
        """True where every sample is answered and scored."""
        return self.answered == self.planned == self.cell.n


@dataclass(frozen=True)
class Missing:
    """Something planned that is not there: ``what`` it is, and the first file of it that is not."""

    what: str
    file: str


def progress(
    database: duckdb.DuckDBPyConnection, runs: Sequence[Run], cells: Sequence[Cell]
) -> list[Progress]:
    """All runs in their order; ``cells`` are the main ones."""
    answers = dict(database.execute(ANSWERS).fetchall())
    samples = dict(database.execute(SAMPLES).fetchall())
    by_run = {cell.run: cell for cell in cells}
    return [
        Progress(run, samples[run.benchmark], answers.get(run.run, 0), by_run[run.run])
        for run in runs
        if run.run in by_run
    ]


def missing(settings: ReportSettings, runs: Sequence[Run], results: Path) -> list[Missing]:
    """The measures and figures of the experiment that are not there."""
    found = []
    for what, names in [*_measures(settings, runs), *_figures(settings)]:
        absent = next((name for name in names if not (results / name).exists()), None)
        if absent is not None:
            found.append(Missing(what, absent))
    return found


def planned_figures(settings: ReportSettings) -> list[str]:
    """Names of the experiment's figures, in its order."""
    return list(settings.experiment.get("figures", []))


def _figures(settings: ReportSettings) -> Iterable[tuple[str, list[str]]]:
    for name in planned_figures(settings):
        yield name, [f"figures/{name}{suffix}" for suffix in SUFFIXES]


def _measures(settings: ReportSettings, runs: Sequence[Run]) -> Iterable[tuple[str, list[str]]]:
    """Of the first seed; of every run the first shard's file stands for all."""
    measures, seeds = settings.experiment.get("measures", {}), settings.experiment.get("seeds", [])
    for kind in ("chains", "attention"):
        for run in runs:
            if run.profile in measures.get(kind, []) and run.seed in seeds[:1]:
                key = RunKey(
                    benchmark=run.benchmark, model=run.model, profile=run.profile, seed=run.seed
                )
                yield f"{kind} of {run.run}", [f"measures/{key.folder}/00000.{kind}.parquet"]
