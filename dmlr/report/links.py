"""Links to samples: into the explorer, which keeps all that it shows in the fragment."""

from urllib.parse import quote, urlencode

from dmlr.report.data import Run
from dmlr.report.text import bare_name
from dmlr.store.cells import Cell


def explorer_page(benchmark: str, model: str, seed: int) -> str:
    """Name of the page with the samples of all runs that differ in their profile alone."""
    return bare_name(f"{benchmark}--{model}--seed-{seed}.html", "runs.run")


def comparison_of(run: Run) -> str:
    """Link from the report's folder to the page that compares all runs which differ in their profile."""
    return f"compare/{explorer_page(run.benchmark, run.model, run.seed)}"


def samples_of(run: Run | Cell, **filters: str | int) -> str:
    """Link from the report's folder to the samples of a run.

    Args:
        run: whose profile is chosen; a cell of a table is as good.
        filters: what the explorer is asked for: ``sample`` (an id), ``step``, ``verdict``, ``flip``
            (gained, lost, unscored, same) ``against`` another profile, ``category``, ``disputed``
            (yes), ``end`` (end, length, none), ``gold`` (a kind), ``q`` (a text), and groups by
            their names after ``by.``.
    """
    page = explorer_page(run.benchmark, run.model, run.seed)
    told = urlencode({"profile": run.profile, **filters}, quote_via=quote)
    return f"samples/{page}#{told}"
