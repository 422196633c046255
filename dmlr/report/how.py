"""How the results were made: settings as a file, what the answers came from, and who judged them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import yaml

from dmlr.report.data import Run
from dmlr.report.told import ReportSettings
from dmlr.report.usage import DIGESTS, Fact, fact

FILE = "experiment.yaml"  # beside the pages
HEAD = f"# The whole experiment: snakemake --cores 2 --configfile {FILE} makes it again.\n"
APART = {"model", "profile", "card", "seed"}  # a run's settings: they stand in the file


@dataclass(frozen=True)
class Origin:
    """A fact about what answers came from, and how many runs it is true of."""

    fact: Fact
    runs: int


@dataclass(frozen=True)
class Judge:
    """A protocol that asks a judge; ``served`` are the models that its servers said they are."""

    protocol: str
    judge: str
    served: list[str]


def experiment_file(settings: ReportSettings) -> str | None:
    """The experiment as a configuration file, the catalogs last; None where it is not known."""
    if not settings.experiment:
        return None
    told = sorted(settings.experiment.items(), key=lambda item: item[0].endswith("_catalog"))
    return HEAD + yaml.safe_dump(dict(told), sort_keys=False, allow_unicode=True)


def origins(runs: Sequence[Run]) -> list[Origin]:
    """What the answers came from, each value with the number of runs that have it."""
    counts: dict[tuple[str, str], tuple[Any, int]] = {}
    for run in runs:
        for name, value in _flat(run.provenance):
            key = name, json.dumps(value, sort_keys=True)
            counts[key] = value, counts.get(key, (value, 0))[1] + 1
    order = list(dict.fromkeys(name for name, _ in counts))
    rows = sorted(counts.items(), key=lambda item: (order.index(item[0][0]), -item[1][1]))
    return [Origin(fact(name, value), count) for (name, _), (value, count) in rows]


def judges(database: duckdb.DuckDBPyConnection) -> list[Judge]:
    """The protocols that ask a judge, in the experiment's order."""
    asked = database.execute(
        "SELECT protocol, judge FROM protocols WHERE judge IS NOT NULL ORDER BY position"
    ).fetchall()
    served: dict[str, set[str]] = {protocol: set() for protocol, _ in asked}
    contents = database.execute("SELECT content FROM provenance WHERE kind = 'run'").fetchall()
    for (content,) in contents:
        for protocol, told in json.loads(content).get("verdicts", {}).items():
            served.get(protocol, set()).update(told.get("served_models", []))
    return [Judge(protocol, judge, sorted(served[protocol])) for protocol, judge in asked]


def _flat(provenance: dict[str, Any]) -> list[tuple[str, Any]]:
    rows = []
    for name, value in provenance.items():
        if name not in APART and isinstance(value, dict):
            rows += [(f"{name} / {inner}", one) for inner, one in value.items()]
        elif name not in APART:
            rows.append((DIGESTS.get(name, name), value))
    return rows
