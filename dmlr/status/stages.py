"""How far each stage is, by the files that are there."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dmlr import config
from dmlr.experiment import Experiment
from dmlr.measures import failures as measured
from dmlr.verify import failures as judgements

RESULTS = Path("results")  # where the workflow writes


@dataclass
class StageStatus:
    """A stage's files, or its samples: how many it makes, and has made.

    ``failed`` counts samples (of verify: judgements) by their reason. ``jobs`` are at work; None where a
    stage keeps nothing by which that could be told.
    """

    name: str
    unit: str
    total: int
    done: int
    jobs: int | None = None
    failed: Counter[str] = field(default_factory=Counter)


def file_stages(experiment: Experiment, shards: dict[str, list[str]]) -> dict[str, StageStatus]:
    """All stages but ``reason``, by name and in order; ``shards`` are named by benchmark."""
    made = {
        "prepare": [RESULTS / f"benchmarks/{name}/audit.json" for name in experiment.benchmarks],
        "features": [
            RESULTS / f"features/{model}/{benchmark}/{shard}.json"
            for model in experiment.models
            for benchmark, names in shards.items()
            for shard in names
        ],
        "measures": list(_measures(experiment, shards)),
        "verify": [
            RESULTS / f"verdicts/{protocol}/{key.folder}.parquet"
            for protocol in experiment.protocols
            for key in config.run_keys(experiment)
        ],
        "aggregate": [RESULTS / "dmlr.duckdb"],
        "figures": [RESULTS / f"figures/{name}.pdf" for name in experiment.figures],
        "report": [Path("reports/index.html")],
    }
    units = {"prepare": "benchmarks", "features": "shards", "measures": "shards", "verify": "runs"}
    found = {
        name: StageStatus(name, units.get(name, "files"), len(paths), _there(paths))
        for name, paths in made.items()
        if paths
    }
    for name, note_path in {"measures": measured.note_path, "verify": judgements.note_path}.items():
        if name in found:
            found[name].failed = _noted(note_path(path) for path in made[name])
    return found


def _measures(experiment: Experiment, shards: dict[str, list[str]]) -> Iterable[Path]:
    for key in config.measured_keys(experiment, experiment.measures.chains):
        for shard in shards[key.benchmark]:
            yield RESULTS / f"measures/{key.folder}/{shard}.chains.parquet"
    for key in config.measured_keys(experiment, experiment.measures.attention):
        yield RESULTS / f"measures/{key.folder}/{shards[key.benchmark][0]}.attention.parquet"


def _there(paths: Sequence[Path]) -> int:
    """How many of the files there are; a folder of many is listed once."""
    listed = {folder: _names(folder) for folder in {path.parent for path in paths}}
    return sum(path.name in listed[path.parent] for path in paths)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _noted(notes: Iterable[Path]) -> Counter[str]:
    """Reasons of all that these notes tell of."""
    found: Counter[str] = Counter()
    for note in notes:
        if note.is_file():
            found.update(map(str, json.loads(note.read_text("utf-8"))["failed"].values()))
    return found
