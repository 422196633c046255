"""Whether each benchmark of the configuration is prepared, or can be."""

from pathlib import Path

from dmlr.datasets.entry import Benchmark, Shapes
from dmlr.datasets.places import state
from dmlr.datasets.registry import LOADERS
from dmlr.doctor.finding import Finding
from dmlr.doctor.hub import Repository, reachable
from dmlr.snapshot import DATA_SET


def benchmark(name: str, entry: Benchmark) -> list[Finding]:
    """Local files are looked at, but for what stands in them, which ``dmlr prepare`` checks.

    Raises:
        DataError: a file or folder is missing.
    """
    subject = f"benchmark {name}"
    state(name, entry)
    if Path(f"results/benchmarks/{name}/audit.json").is_file():
        return [Finding(subject, "ok", f"prepared in results/benchmarks/{name}")]
    if isinstance(entry, Shapes):
        return [Finding(subject, "ok", "ships with dmlr")]
    if entry.hub is None or entry.folder is not None:
        return [Finding(subject, "ok", entry.folder or entry.released or "")]
    patterns = LOADERS[entry.loader].patterns(entry.split)
    repository = Repository(DATA_SET, entry.hub, entry.revision, patterns, entry.offline)
    if repository.cached():
        return [Finding(subject, "ok", f"{entry.hub} in the hub's cache")]
    return [reachable(subject, repository)]
