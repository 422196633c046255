"""Links to samples: into the explorer, which keeps all that it shows in the fragment."""

from typing import Protocol
from urllib.parse import quote, urlencode

from dmlr.report.text import bare_name


class OfRun(Protocol):
    """Anything that says which run it is of: a run, a cell of a table."""

    @property
    def benchmark(self) -> str: ...  # noqa: D102
    @property
    def model(self) -> str: ...  # noqa: D102
    @property
    def profile(self) -> str: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102


def explorer_page(benchmark: str, model: str, seed: int) -> str:
    """Name of the page with the samples of all runs that differ in their profile alone."""
    return bare_name(f"{benchmark}--{model}--seed-{seed}.html", "runs.run")


def samples_of(run: OfRun, **filters: str | int) -> str:
    """Link from the report's folder to the samples of a run.

    Args:
        run: whose profile is chosen; a cell of a table is as good.
        filters: what the explorer is asked for: ``sample`` (an id), ``step``, ``verdict``, ``flip``
            (gained, lost, unscored, same) ``against`` another profile, ``category``, ``disputed``
            (yes), ``end`` (end, length, none), ``q`` (a text).
    """
    page = explorer_page(run.benchmark, run.model, run.seed)
    told = urlencode({"profile": run.profile, **filters}, quote_via=quote)
    return f"samples/{page}#{told}"
