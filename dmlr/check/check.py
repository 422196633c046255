"""Deriving every published number again from the stored records, and comparing it with the stored one.

The stored predictions are trusted: to derive them takes the model. Everything after them is done again
into a temporary folder, in the order of the stages, so that the first difference is the cause of those
after it.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from dmlr import config
from dmlr.check.database import compare_databases
from dmlr.check.figures import compare_figures
from dmlr.check.files import compare_folders
from dmlr.check.verdicts import Compared, Scoring, compare_verdicts
from dmlr.experiment import Experiment
from dmlr.report.report import write_pages
from dmlr.report.told import ReportSettings
from dmlr.store.aggregate import write_all
from dmlr.store.database import build
from dmlr.store.told import AggregateSettings

FEW = 8  # runs that are scored before other processes have started


@dataclass(frozen=True)
class Places:
    """Where the results and the pages are that are checked; neither is written to."""

    results: Path
    reports: Path


@dataclass(frozen=True)
class Part:
    """A part of the results that is what the records say, with what was compared in words."""

    name: str
    compared: str


def check(experiment: Experiment, places: Places, *, processes: int) -> Iterator[Part]:
    """Derive and compare everything, part by part.

    Args:
        experiment: what the results are those of.
        places: where they are.
        processes: that score at once.

    Raises:
        DifferenceError: at the first number that differs.
        RecordError: records are missing or cannot be read.
    """
    settings = AggregateSettings.model_validate_json(config.aggregate_settings(experiment))
    yield _verdicts(experiment, settings, places.results, processes)
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "dmlr.duckdb"
        build(settings, places.results, database)
        yield _database(places.results / database.name, database)
        write_all(settings, database, folder / "tables")
        files = compare_folders(places.results / "tables", folder / "tables")
        yield Part("tables", f"{files} files")
        figures = compare_figures(experiment, places.results, database, folder / "figures")
        yield Part("figures", f"the data of {figures}")
        yield _pages(experiment, places, database, folder / "reports")


def _verdicts(
    experiment: Experiment, settings: AggregateSettings, results: Path, processes: int
) -> Part:
    protocols = {name: experiment.protocol_catalog[name] for name in experiment.protocols}
    catalog = experiment.benchmark_catalog
    scorings = [
        Scoring(run, catalog[run.key.benchmark].loader, protocols, results) for run in settings.runs
    ]
    found = list(_each(scorings, processes))
    words = f"{sum(one.verdicts for one in found)} of {len(found)} runs"
    if unchecked := sum(one.unchecked for one in found):
        words += f"; {unchecked} more not checked: the ledger lacks their judge's reply"
    if other_code := sum(one.other_code for one in found):
        words += f"; other code than this wrote {other_code} of {len(found) * len(protocols)} files"
    if answered := sum(one.answered_by_other for one in found):
        words += f"; other code than this answered {answered} of {len(found)} runs"
    return Part("verdicts", words)


def _each(scorings: Sequence[Scoring], processes: int) -> Iterator[Compared]:
    """All runs in their order; in several processes where there are many."""
    workers = min(processes, len(scorings) // FEW)
    if workers < 2:
        yield from map(compare_verdicts, scorings)
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield from pool.map(compare_verdicts, scorings)


def _database(stored: Path, derived: Path) -> Part:
    found = compare_databases(stored, derived)
    return Part("database", f"{found.rows} rows of {found.tables} tables and {found.views} views")


def _pages(experiment: Experiment, places: Places, database: Path, folder: Path) -> Part:
    if not (places.reports / "index.html").exists():
        return Part("reports", "no pages there")
    settings = ReportSettings.model_validate_json(config.report_settings(experiment))
    write_pages(settings, database, places.results, folder)
    files = compare_folders(places.reports, folder, without=("images", "thumbs"))
    return Part("reports", f"{files} files")
