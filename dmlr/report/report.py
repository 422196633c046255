"""Stage report: the pages, as a folder that opens without a server or network."""

import shutil
from importlib.resources import files
from pathlib import Path

import duckdb

from dmlr.errors import RecordError
from dmlr.files import replacing, write_text
from dmlr.progress import say
from dmlr.report import data
from dmlr.report.pages import index_page, run_page
from dmlr.report.samples import image_name
from dmlr.report.text import bare_name
from dmlr.settings import ReportSettings
from dmlr.store.cells import Cell, cells

STATIC = ("style.css", "report.js")


def report(settings: ReportSettings, database: Path, results: Path, out: Path) -> None:
    """Write ``index.html``, a page per run, and the images and styles they show, under ``out``.

    Raises:
        RecordError: the database or an audit cannot be read, or a record names no usable file.
    """
    pages = write_pages(settings, database, results, out)
    with _opened(database) as opened:
        _copy_images(opened, results, out / "images")
    say(f"report {out / 'index.html'}: {pages} pages")


def write_pages(settings: ReportSettings, database: Path, results: Path, out: Path) -> int:
    """Write everything but the images, and count the pages.

    Raises:
        RecordError: the database or an audit cannot be read, or a record names no usable file.
    """
    with _opened(database) as opened:
        scored = cells(opened, settings.baseline)
        index = index_page(opened, settings, scored, results)
        pages = _write_runs(opened, settings.baseline, scored, out / "runs")
    for name in STATIC:
        write_text(out / name, (files("dmlr.report") / "static" / name).read_text("utf-8"))
    write_text(out / "index.html", index)
    return pages + 1


def _opened(database: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(database), read_only=True)
    except duckdb.Error as error:
        raise RecordError(f"{database}: not a readable database ({error})") from None


def _write_runs(
    database: duckdb.DuckDBPyConnection, baseline: str, scored: list[Cell], folder: Path
) -> int:
    """Write the runs' pages, remove those of runs that are no more, and count the rest."""
    runs = data.runs(database, baseline)
    bases = {(r.benchmark, r.model, r.seed): r for r in runs if r.profile == baseline}
    names = set()
    for run in runs:
        base = bases.get((run.benchmark, run.model, run.seed))
        found = [cell for cell in scored if cell.run == run.run]
        other = None if base is run else base
        page = run_page(database, run, found, baseline=other, baseline_name=baseline)
        names.add(bare_name(f"{run.run}.html", "runs.run"))
        write_text(folder / f"{run.run}.html", page)
    for old in folder.glob("*.html"):
        if old.name not in names:
            old.unlink()
    return len(names)


def _copy_images(database: duckdb.DuckDBPyConnection, results: Path, folder: Path) -> None:
    """Copy every image once; names are digests, so a name that is there is the image.

    Raises:
        RecordError: an image is named as no file of a folder can be, or is missing.
    """
    images = database.execute(
        "SELECT DISTINCT benchmark, image.sha256, image.file FROM samples ORDER BY ALL"
    ).fetchall()
    for benchmark, sha256, file in images:
        copy = folder / image_name(sha256, file)
        if copy.exists():
            continue
        source = results / "benchmarks" / benchmark / "images" / file
        try:
            with replacing(copy) as temporary:
                shutil.copyfile(source, temporary)
        except FileNotFoundError:
            raise RecordError(f"{source}: image is missing; run snakemake again") from None
