"""The pages as text: what stands in them, and the templates' environment."""

from functools import cache
from typing import Any

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

from dmlr.report import breakdowns, charts, data, numbers, text
from dmlr.report.breakdowns import Breakdown
from dmlr.report.explorer import Explorer
from dmlr.report.links import samples_of
from dmlr.report.optimisation import optimisation
from dmlr.report.usage import provenance_facts, settings_facts, usage
from dmlr.store.cells import Cell


def run_page(
    database: duckdb.DuckDBPyConnection,
    run: data.Run,
    found: list[Cell],
    parts: list[Breakdown],
    *,
    baseline: data.Run | None,
    baseline_name: str,
) -> str:
    """One run's page; ``found`` are its cells, ``baseline`` the run it is compared with, if any.

    ``parts`` are its benchmark's breakdowns.
    """
    return render(
        "run",
        root="..",
        run=run,
        baseline=baseline,
        baseline_name=baseline_name,
        whole=[cell for cell in found if cell.category is None],
        sections=breakdowns.sections(found, baseline_name),
        flips_against=data.flips_against(database),
        breakdowns=[breakdowns.of_run(part, run.run) for part in parts],
        settings=settings_facts(run),
        provenance=provenance_facts(run),
        usage=usage(database, run.run),
        optimisation=optimisation(database, run.run),
    )


def explorer_page(found: Explorer) -> str:
    """The page on which samples are looked at."""
    return render("explorer", root="..", found=found)


def render(page: str, **context: Any) -> str:
    """A page of a template."""
    return _environment().get_template(f"{page}.html.jinja").render(**context)


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
    environment.globals.update(charts=charts, samples_of=samples_of, NOISE=numbers.NOISE)
    return environment
