"""The pages about the whole experiment: overview, completeness, audits, figures, performance, how."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from dmlr.report import audits, breakdowns, data
from dmlr.report.audits import Audit
from dmlr.report.bench_files import benches
from dmlr.report.breakdowns import Breakdown
from dmlr.report.cautions import cautions
from dmlr.report.completeness import Missing, Progress, missing, planned_figures, progress
from dmlr.report.costs import costs, phases
from dmlr.report.drawn import Drawn, copy_figures, drawn
from dmlr.report.folder import remove_others, write_changed
from dmlr.report.headline import headline, main_cells
from dmlr.report.how import FILE, experiment_file, judges, origins
from dmlr.report.navigation import Navigation
from dmlr.report.pages import render
from dmlr.report.text import bare_name
from dmlr.report.told import ReportSettings
from dmlr.store.ceilings import judged
from dmlr.store.cells import Cell
from dmlr.store.compute import COLUMNS, compute
from dmlr.store.paper_tables import published_by_run
from dmlr.store.provenance import footer, run_ids

ROOM = 60  # rows of a table that the first page has room for; what is longer stands on its own page
BREAKDOWNS = 500  # rows of breakdowns that a benchmark's page has room for


@dataclass(frozen=True)
class Front:
    """What these pages are made from.

    ``parts`` are the breakdowns by benchmark, ``tables`` the pages of the tables by their paths.
    """

    database: duckdb.DuckDBPyConnection
    settings: ReportSettings
    results: Path
    runs: Sequence[data.Run]
    scored: list[Cell]
    parts: dict[str, list[Breakdown]]
    tables: Collection[str]
    nav: Navigation

    @cached_property
    def audits(self) -> list[Audit]:
        """The benchmarks' audits, in the experiment's order."""
        names = self.settings.benchmarks
        return [audits.audit(self.results, name, judged(self.database, name)) for name in names]

    @cached_property
    def cells(self) -> list[Cell]:
        """The main number of every run."""
        return main_cells(self.scored)

    @cached_property
    def progress(self) -> list[Progress]:
        """How far every run is."""
        return progress(self.database, self.runs, self.cells)

    @cached_property
    def missing(self) -> list[Missing]:
        """What else was planned and is not there."""
        return missing(self.settings, self.runs, self.results)

    @cached_property
    def figures(self) -> list[Drawn]:
        """The figures that are there."""
        return drawn(self.settings, self.results)


def front_pages(front: Front) -> dict[str, str]:
    """The pages by their path in the report.

    Raises:
        RecordError: an audit, a caption or a bench cannot be read.
    """
    return {
        "completeness.html": _completeness(front),
        "audits/index.html": render("audits", front.nav, "data", root="..", audits=front.audits),
        **{_audit_path(one): _audit(front, one) for one in front.audits},
        "figures.html": _figures(front),
        "performance.html": _performance(front),
        "how.html": _how(front),
        "index.html": _index(front),  # last: it links to the others
    }


def write_front(front: Front, pages: dict[str, str], out: Path) -> None:
    """Write the pages and the files that they offer, and remove those of benchmarks that are no more."""
    copy_figures(front.figures, front.results, out / "figures")
    file = experiment_file(front.settings)
    if file is not None:
        write_changed(out / FILE, file)
    for path, page in pages.items():
        write_changed(out / path, page)
    remove_others(out / "audits", "*.html", [Path(path).name for path in pages])


def _audit_path(audit: Audit) -> str:
    return f"audits/{bare_name(f'{audit.benchmark}.html', 'benchmark')}"


def _index(front: Front) -> str:
    baseline = front.settings.baseline
    published = published_by_run(front.database)
    return render(
        "index",
        front.nav,
        "index",
        root=".",
        room=ROOM,
        tables_there=front.tables,
        baseline=baseline,
        runs=front.runs,
        cautions=cautions(front.progress, front.missing, front.audits),
        findings=breakdowns.findings(front.scored, baseline),
        grid=headline(front.cells, front.settings.benchmarks, published, baseline),
        sections=breakdowns.sections(front.scored, baseline),
        protocols=list(dict.fromkeys(cell.protocol for cell in front.scored)),
        protocol_rows=breakdowns.by_protocol(front.scored, baseline),
        flips_against=data.flips_against(front.database),
        floors=audits.floors(front.audits),
        progress=front.progress,
        missing=front.missing,
        figures=front.figures,
        benchmarks=front.settings.benchmarks,
    )


def _completeness(front: Front) -> str:
    return render(
        "completeness", front.nav, "index", root=".", progress=front.progress, missing=front.missing
    )


def _audit(front: Front, audit: Audit) -> str:
    found = front.parts[audit.benchmark]
    rows = sum(len(section.rows) for one in found for section in one.sections)
    return render(
        "benchmark",
        front.nav,
        "data",
        root="..",
        baseline=front.settings.baseline,
        audit=audit,
        breakdowns=found if rows <= BREAKDOWNS else [],
        elsewhere=rows > BREAKDOWNS,
    )


def _figures(front: Front) -> str:
    there = {one.name for one in front.figures}
    planned = planned_figures(front.settings)
    return render(
        "figures",
        front.nav,
        "figures",
        root=".",
        figures=front.figures,
        absent=[name for name in planned if name not in there],
    )


def _performance(front: Front) -> str:
    took = compute(front.database, front.settings.baseline)
    return render(
        "performance",
        front.nav,
        "performance",
        root=".",
        baseline=front.settings.baseline,
        costs=costs(took),
        phases=phases(took),
        took=took,
        # What no run has, such as ICoT's blocks without ICoT, needs no column.
        columns={k: v for k, v in COLUMNS.items() if any(one.numbers[k] for one in took)},
        benches=benches(front.results),
    )


def _how(front: Front) -> str:
    return render(
        "how",
        front.nav,
        "how",
        root=".",
        file=experiment_file(front.settings),
        name=FILE,
        footer=footer(front.database),
        origins=origins(front.runs),
        runs=front.runs,
        ids=run_ids(front.database),
        judges=judges(front.database),
        protocols=list(dict.fromkeys(cell.protocol for cell in front.scored)),
        seeds=sorted({run.seed for run in front.runs}),
        benchmarks=front.settings.benchmarks,
    )
