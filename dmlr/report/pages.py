"""The pages as text: what stands in them, and the templates' environment."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

from dmlr.report import audits, breakdowns, charts, data, numbers, text
from dmlr.report.breakdowns import Breakdown
from dmlr.report.compared import Compared
from dmlr.report.disputes import Disputes
from dmlr.report.explorer import Explorer
from dmlr.report.failures import failures
from dmlr.report.links import comparison_of, samples_of
from dmlr.report.navigation import Navigation
from dmlr.report.optimisation import optimisation
from dmlr.report.tables import KINDS, Part, TablePages
from dmlr.report.told import ReportSettings
from dmlr.report.usage import changed, provenance_facts, settings_facts, usage
from dmlr.store.ceilings import judged
from dmlr.store.cells import Cell
from dmlr.store.compute import COLUMNS, compute

ROOM = (
    500  # rows of breakdowns that the first page has room for; each has its own on its run's page
)


def index_page(
    database: duckdb.DuckDBPyConnection,
    settings: ReportSettings,
    scored: list[Cell],
    parts: dict[str, list[Breakdown]],
    results: Path,
    nav: Navigation,
) -> str:
    """The first page: what was run, accuracy and what it took, and accuracy by ``parts``."""
    runs, took = data.runs(database, settings.baseline), compute(database, settings.baseline)
    audited = [audits.audit(results, name, judged(database, name)) for name in settings.benchmarks]
    return _render(
        "index",
        nav,
        "index",
        root=".",
        baseline=settings.baseline,
        runs=runs,
        sections=breakdowns.sections(scored, settings.baseline),
        protocols=list(dict.fromkeys(cell.protocol for cell in scored)),
        protocol_rows=breakdowns.by_protocol(scored, settings.baseline),
        flips_against=data.flips_against(database),
        took=took,
        # What no run has, such as ICoT's blocks without ICoT, needs no column.
        columns={k: v for k, v in COLUMNS.items() if any(one.numbers[k] for one in took)},
        findings=breakdowns.findings(scored, settings.baseline),
        embedded=sorted({run.model for run in runs if run.embedded}),
        audits=audited,
        floors=audits.floors(audited),
        breakdowns=parts if _rows(parts) <= ROOM else {name: [] for name in parts},
        elsewhere=_rows(parts) > ROOM,
    )


def _rows(parts: dict[str, list[Breakdown]]) -> int:
    return sum(len(s.rows) for found in parts.values() for one in found for s in one.sections)


def run_page(
    database: duckdb.DuckDBPyConnection,
    run: data.Run,
    found: list[Cell],
    parts: list[Breakdown],
    settings: ReportSettings,
    nav: Navigation,
    *,
    baseline: data.Run | None,
) -> str:
    """One run's page; ``found`` are its cells, ``baseline`` the run it is compared with, if any.

    ``parts`` are its benchmark's breakdowns.
    """
    return _render(
        "run",
        nav,
        "index",
        root="..",
        run=run,
        baseline=baseline,
        baseline_name=settings.baseline,
        whole=[cell for cell in found if cell.category is None],
        sections=breakdowns.sections(found, settings.baseline),
        flips_against=data.flips_against(database),
        breakdowns=[breakdowns.of_run(part, run.run) for part in parts],
        changed=changed(run, settings.paper),
        failures=failures(database, run.run),
        settings=settings_facts(run),
        provenance=provenance_facts(run),
        usage=usage(database, run.run),
        optimisation=optimisation(database, run.run),
    )


def explorer_page(found: Explorer, nav: Navigation) -> str:
    """The page on which samples are looked at."""
    return _render("explorer", nav, "samples", root="..", found=found)


def table_page(table: TablePages, part: Part, nav: Navigation) -> str:
    """One of the pages of a table."""
    kind = "controls" if table.name == "controls" else "tables"
    return _render("table", nav, kind, root="..", table=table, part=part, kinds=KINDS)


def table_list_page(tables: list[TablePages], nav: Navigation) -> str:
    """The list of all tables."""
    return _render("table_list", nav, "tables", root="..", tables=tables, kinds=KINDS)


def compare_page(found: Compared, nav: Navigation) -> str:
    """The page on which profiles are compared."""
    return _render("compare", nav, "compare", root="..", found=found)


def comparisons_page(pages: Sequence[list[data.Run]], baseline: str, nav: Navigation) -> str:
    """The list of those pages, by the runs that each compares."""
    return _render("comparisons", nav, "compare", root="..", pages=pages, baseline=baseline)


def disputes_page(found: Disputes, nav: Navigation) -> str:
    """The page on what protocols do not agree."""
    return _render("disputes", nav, "disputes", root=".", found=found)


def _render(page: str, nav: Navigation, kind: str, **context: Any) -> str:
    """A page; ``kind`` is the entry of the navigation that it belongs to."""
    return _environment().get_template(f"{page}.html.jinja").render(nav=nav, kind=kind, **context)


@cache
def _environment() -> Environment:
    """Templates that escape everything, show unseen characters and stop at an unknown name."""
    environment = Environment(
        loader=PackageLoader("dmlr.report"),
        autoescape=True,  # select_autoescape would leave *.html.jinja as it is
        undefined=StrictUndefined,
        finalize=text.shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        decimals=numbers.decimals,
        signed=numbers.signed,
        p_value=numbers.p_value,
        whole=numbers.whole,
        several=numbers.several,
    )
    environment.globals.update(
        charts=charts, comparison_of=comparison_of, samples_of=samples_of, NOISE=numbers.NOISE
    )
    return environment
