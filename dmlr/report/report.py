"""Stage report: the pages and their data, as a folder that opens without a server or network."""

from collections.abc import Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import duckdb

from dmlr.progress import say
from dmlr.report import breakdowns, data
from dmlr.report.breakdowns import Breakdown
from dmlr.report.compared import alike, comparisons
from dmlr.report.data import Run
from dmlr.report.disputes import disputes
from dmlr.report.explorer import explorer
from dmlr.report.folder import remove_others, write_changed
from dmlr.report.front import Front, front_pages, write_front
from dmlr.report.keys import keys
from dmlr.report.navigation import Navigation, navigation
from dmlr.report.pages import (
    compare_page,
    comparisons_page,
    disputes_page,
    explorer_page,
    run_page,
)
from dmlr.report.parts import attention_of, remove_gone, write_benchmark, write_run
from dmlr.report.pictures import add_pictures, pictures
from dmlr.report.run_links import RunLinks
from dmlr.report.sample_data import Benchmark, benchmark
from dmlr.report.table_folder import paths, write_table_pages
from dmlr.report.tables import table_pages
from dmlr.report.text import bare_name
from dmlr.report.told import ReportSettings
from dmlr.store.cells import Cell, cells
from dmlr.store.opening import readable

# Pages of every report, besides those of its runs, samples and tables.
ALWAYS = (
    "index.html", "compare/index.html", "disputes.html", "figures.html", "audits/index.html",
    "performance.html", "how.html",
)  # fmt: skip


def report(settings: ReportSettings, database: Path, results: Path, out: Path) -> None:
    """Write the pages, their data, the pictures and the styles under ``out``.

    What is there as it would be is left as it is; what belongs to no run or sample is removed.

    Raises:
        RecordError: the database or an audit cannot be read, or a record names no usable file.
    """
    with readable(database) as opened:
        found = pictures(opened, results)
    pages, made = write_pages(settings, database, results, out)
    add_pictures(found, out)
    say(f"report {out / 'index.html'}: {pages} pages, {made} parts of the data made anew")


def write_pages(
    settings: ReportSettings, database: Path, results: Path, out: Path
) -> tuple[int, int]:
    """Write everything but the pictures; count the pages, and the parts of the data that were made.

    Raises:
        RecordError: the database or an audit cannot be read, or a record names no usable file.
    """
    with readable(database) as opened:
        scored, runs = cells(opened, settings.baseline), data.runs(opened, settings.baseline)
        parts = {
            name: breakdowns.breakdowns(opened, name, scored, settings.baseline)
            for name in settings.benchmarks
        }
        tables = table_pages(results / "tables", RunLinks(runs))
        nav = navigation({*ALWAYS, *paths(tables)})
        front = Front(opened, settings, results, runs, scored, parts, paths(tables), nav)
        others = front_pages(front)
        explorers, made = _write_data(opened, runs, results, nav, out)
        _write_runs(opened, settings, runs, scored, parts, nav, out / "runs")
        compared = _write_comparisons(opened, settings.baseline, runs, scored, nav, out / "compare")
        write_changed(out / "disputes.html", disputes_page(disputes(opened, runs), nav))
    _write_static(out / "static")
    write_table_pages(tables, nav, out / "tables")
    write_front(front, others, out)
    return len(others) + 1 + explorers + len(runs) + compared + len(paths(tables)), made


def _write_static(folder: Path) -> None:
    """Write the styles and the pages' scripts."""
    found = {
        path.name: path.read_text("utf-8") for path in (files("dmlr.report") / "static").iterdir()
    }
    for name, text in found.items():
        write_changed(folder / name, text)
    remove_others(folder, "*.js", found)


def _write_data(
    database: duckdb.DuckDBPyConnection,
    runs: Sequence[Run],
    results: Path,
    nav: Navigation,
    out: Path,
) -> tuple[int, int]:
    """Write data and explorers of every benchmark; count those, and the parts that had to be made."""
    known = keys(database)
    made, pages = 0, list[str]()
    for name, group in groupby(runs, lambda run: run.benchmark):
        found, of_it = benchmark(database, name), list(group)
        made += write_benchmark(found, known, out)
        for run in of_it:
            made += write_run(database, run, found, known, results=results, out=out)
        pages += _write_explorers(database, found, of_it, results, nav, out / "samples")
    remove_others(out / "samples", "*.html", pages)
    remove_gone({run.benchmark for run in runs}, {run.run for run in runs}, out)
    return len(pages), made


def _write_explorers(
    database: duckdb.DuckDBPyConnection,
    found: Benchmark,
    runs: Sequence[Run],
    results: Path,
    nav: Navigation,
    folder: Path,
) -> list[str]:
    """Write a page for each model and seed, and name them."""
    attentive = {run.run for run in runs if attention_of(run, results).exists()}
    names = []
    for _, group in groupby(runs, lambda run: (run.model, run.seed)):
        page = explorer(database, found, list(group), attentive)
        write_changed(folder / page.page, explorer_page(page, nav))
        names.append(page.page)
    return names


def _write_runs(
    database: duckdb.DuckDBPyConnection,
    settings: ReportSettings,
    runs: Sequence[Run],
    scored: list[Cell],
    parts: dict[str, list[Breakdown]],
    nav: Navigation,
    folder: Path,
) -> None:
    """Write the runs' pages, and remove those of runs that are no more."""
    bases = {(r.benchmark, r.model, r.seed): r for r in runs if r.profile == settings.baseline}
    names = []
    for run in runs:
        base = bases.get((run.benchmark, run.model, run.seed))
        found = [cell for cell in scored if cell.run == run.run]
        other = None if base is run else base
        page = run_page(database, run, found, parts[run.benchmark], settings, nav, baseline=other)
        names.append(bare_name(f"{run.run}.html", "runs.run"))
        write_changed(folder / names[-1], page)
    remove_others(folder, "*.html", names)


def _write_comparisons(
    database: duckdb.DuckDBPyConnection,
    baseline: str,
    runs: Sequence[Run],
    scored: list[Cell],
    nav: Navigation,
    folder: Path,
) -> int:
    """Write the pages that compare profiles and their list, remove what is no more, and count them."""
    names = ["index.html"]
    for found in comparisons(database, runs, scored, baseline):
        names.append(found.page)
        write_changed(folder / found.page, compare_page(found, nav))
    write_changed(folder / names[0], comparisons_page(alike(runs), baseline, nav))
    remove_others(folder, "*.html", names)
    return len(names)
