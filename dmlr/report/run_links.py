"""Where a row of a table leads: to the run it is of, or to the rows of its runs."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from dmlr.report.data import Run
from dmlr.report.links import samples_of

KEYS = ("benchmark", "model", "profile", "seed")
COUNTED = ("n", "answers")  # columns that count a run's samples, which the explorer shows


class RunLinks:
    """Links by the words of a table; all of them are from the report's folder."""

    def __init__(self, runs: Sequence[Run]) -> None:
        """Know the runs; the paper's tables show those of the lowest seed."""
        self.runs = runs
        self.seed = min((run.seed for run in runs), default=0)
        self.found = {(run.benchmark, run.model, run.profile, str(run.seed)): run for run in runs}

    def of_row(self, header: Sequence[str], row: Sequence[str]) -> dict[str, str]:
        """Column -> link of a row that names what it is of; none where it names no run."""
        told = dict(zip(header, row, strict=True))
        keys = {name: told[name] for name in KEYS if name in told}
        runs = self._matching(keys)
        if "profile" not in keys or not runs:
            return {}
        if len(runs) > 1:
            return {"profile": f"tables/accuracy.html?{urlencode(keys)}"}
        (run,) = runs
        return {"profile": page_of(run), **dict.fromkeys(COUNTED, samples_of(run))}

    def of_cell(self, benchmark: str, model: str, profile: str) -> str | None:
        """Link of a cell of the paper's tables, whose columns are benchmarks."""
        run = self.found.get((benchmark, model, profile, str(self.seed)))
        return page_of(run) if run else None

    def _matching(self, keys: Mapping[str, str]) -> list[Run]:
        if len(keys) == len(KEYS):
            run = self.found.get((keys["benchmark"], keys["model"], keys["profile"], keys["seed"]))
            return [run] if run else []
        return [
            run
            for run in self.runs
            if all(str(getattr(run, name)) == value for name, value in keys.items())
        ]


def page_of(run: Run) -> str:
    """A run's page."""
    return f"runs/{run.run}.html"
