"""The pages as text: what stands in them, and the templates' environment."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

from dmlr.report import breakdowns, charts, data, numbers, text
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
from dmlr.store.cells import Cell


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
    return render(
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
    return render("explorer", nav, "samples", root="..", found=found)


def table_page(table: TablePages, part: Part, nav: Navigation) -> str:
    """One of the pages of a table."""
    kind = "controls" if table.name == "controls" else "tables"
    return render("table", nav, kind, root="..", table=table, part=part, kinds=KINDS)


def table_list_page(tables: list[TablePages], nav: Navigation) -> str:
    """The list of all tables."""
    return render("table_list", nav, "tables", root="..", tables=tables, kinds=KINDS)


def compare_page(found: Compared, nav: Navigation) -> str:
    """The page on which profiles are compared."""
    return render("compare", nav, "compare", root="..", found=found)


def comparisons_page(pages: Sequence[list[data.Run]], baseline: str, nav: Navigation) -> str:
    """The list of those pages, by the runs that each compares."""
    return render("comparisons", nav, "compare", root="..", pages=pages, baseline=baseline)


def disputes_page(found: Disputes, nav: Navigation) -> str:
    """The page on what protocols do not agree."""
    return render("disputes", nav, "disputes", root=".", found=found)


def render(page: str, nav: Navigation, kind: str, **context: Any) -> str:
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
        unbroken=text.unbroken,
    )
    environment.globals.update(
        charts=charts, comparison_of=comparison_of, samples_of=samples_of, NOISE=numbers.NOISE
    )
    return environment
