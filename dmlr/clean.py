"""What each stage has on the disk, and deleting it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dmlr.errors import ConfigError
from dmlr.status.locked import is_locked, working

JOURNALS, JOURNAL = "journals", "journal"  # the stage; its folders among the records of runs
# Stage -> where its files are. What takes a GPU or money to make again is a stage of its own: answers
# come from journals and the cache without a model, and the ledger is what judges were paid for.
PLACES: dict[str, tuple[str, ...]] = {
    "benchmarks": ("results/benchmarks",),
    "features": ("results/features",),
    "runs": ("results/runs",),
    "cache": ("results/cache",),
    JOURNALS: ("results/runs", "results/measures"),
    "measures": ("results/measures",),
    "verdicts": ("results/verdicts",),
    "ledger": ("results/ledger.sqlite",),
    "tables": ("results/dmlr.duckdb", "results/tables"),
    "figures": ("results/figures",),
    "exports": ("results/exports",),
    "report": ("reports",),
    "logs": ("logs",),
}


@dataclass(frozen=True)
class Taken:
    """What a stage has on the disk: bytes, and how many files."""

    stage: str
    size: int
    files: int


def taken(stages: Sequence[str] = ()) -> list[Taken]:
    """What stages have on the disk, all of them where none is named.

    Raises:
        ConfigError: there is no such stage.
    """
    unknown = [name for name in stages if name not in PLACES]
    if unknown:
        raise ConfigError(f"clean: must be one of {', '.join(PLACES)}; got {unknown[0]!r}")
    return [_taken(stage) for stage in dict.fromkeys(stages or PLACES)]


def delete(stages: Sequence[str]) -> None:
    """Delete what stages have on the disk.

    Raises:
        ConfigError: snakemake or a job of it is at work here, or left its lock.
    """
    if is_locked(Path.cwd()) or working(Path.cwd()).jobs:
        said = "; ".join(working(Path.cwd()).lines)
        raise ConfigError(f"clean: nothing is deleted while the results are in use: {said}")
    for stage in stages:
        for path in _files(stage):
            path.unlink(missing_ok=True)
        for place in PLACES[stage]:
            _drop_empty(Path(place))


def _taken(stage: str) -> Taken:
    sizes = [path.lstat().st_size for path in _files(stage)]
    return Taken(stage, sum(sizes), len(sizes))


def _files(stage: str) -> Iterator[Path]:
    """The stage's files; what a link inside leads to is none of them."""
    for place in map(Path, PLACES[stage]):
        if place.is_file():
            yield place
        for folder, _, names in os.walk(place):
            journals = JOURNAL in Path(folder).relative_to(place).parts
            if stage not in ("runs", "measures", JOURNALS) or journals == (stage == JOURNALS):
                yield from (Path(folder, name) for name in names)


def _drop_empty(place: Path) -> None:
    """Remove the folders that hold nothing any more; one that is a link stays, for what comes next."""
    for folder, _, _ in os.walk(place, topdown=False):
        if not Path(folder).is_symlink() and not any(Path(folder).iterdir()):
            Path(folder).rmdir()
