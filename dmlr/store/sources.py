"""The files of records behind the runs, and which of them the previous database has read already."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb
import pyarrow as pa

from dmlr.files import canonical
from dmlr.store.told import AggregateSettings, PlannedRun

Kind = Literal["predictions", "traces", "verdicts"]


class State(NamedTuple):
    """What tells a file from a later one of its name: every stage replaces its files whole."""

    bytes: int
    changed_ns: int
    inode: int


class Part(NamedTuple):
    """What is read or kept as a whole: a run's answers, or its verdicts under a protocol.

    ``protocol`` is None for the answers.
    """

    run: str
    protocol: str | None


@dataclass(frozen=True)
class Source:
    """One file; ``state`` is None where there is none, which is a fault for whoever reads it."""

    path: Path
    kind: Kind
    part: Part
    state: State | None


def run_files(run: PlannedRun, results: Path, suffix: str) -> list[Path]:
    """A run's files of one kind (predictions, traces), in the order of its shards."""
    folder = results / "runs" / run.key.folder
    return [folder / f"{shard}.{suffix}.parquet" for shard in run.shards]


def verdict_file(run: PlannedRun, protocol: str, results: Path) -> Path:
    """A run's verdicts under a protocol."""
    return results / "verdicts" / protocol / f"{run.key.folder}.parquet"


def sources(settings: AggregateSettings, results: Path) -> list[Source]:
    """All files of records that the runs consist of, in the order of the runs and their shards."""
    found = []
    for run in settings.runs:
        answers = Part(run.key.slug, None)
        for kind in ("predictions", "traces"):
            paths = run_files(run, results, kind)
            found += [Source(path, kind, answers, _state(path)) for path in paths]
        for protocol in settings.protocols:
            path = verdict_file(run, protocol, results)
            found.append(Source(path, "verdicts", Part(run.key.slug, protocol), _state(path)))
    return found


def kept_parts(
    database: duckdb.DuckDBPyConnection, settings: AggregateSettings, results: Path
) -> set[Part]:
    """The parts whose rows in the attached database ``previous`` still stand.

    All their files are the ones that were read then, and their run is set to what it was then.
    """
    now = _by_part(
        (one.part, one.path.relative_to(results).as_posix(), one.state)
        for one in sources(settings, results)
    )
    rows = database.execute(
        "SELECT run, protocol, path, bytes, changed_ns, inode FROM previous.sources"
    ).fetchall()
    then = _by_part((Part(run, name), path, State(*state)) for run, name, path, *state in rows)
    told = {run.key.slug: canonical(run_settings(run)) for run in settings.runs}
    same = {
        run
        for run, text in database.execute("SELECT run, settings FROM previous.runs").fetchall()
        if told.get(run) == text
    }
    return {part for part, files in now.items() if then.get(part) == files and part.run in same}


def run_settings(run: PlannedRun) -> dict[str, object]:
    """What a run is set to, as the database has it."""
    return {"model": run.model, "profile": run.profile}


def add_sources(
    database: duckdb.DuckDBPyConnection, found: Iterable[Source], results: Path
) -> None:
    """Remember which files were read."""
    rows = [
        {
            "path": one.path.relative_to(results).as_posix(), "run": one.part.run,
            "records": one.kind, "protocol": one.part.protocol, **one.state._asdict(),
        }
        for one in found
        if one.state
    ]  # fmt: skip
    read = pa.Table.from_pylist(rows)  # noqa: F841  (DuckDB reads it by its name)
    database.execute("INSERT INTO sources BY NAME SELECT * FROM read")


def _state(path: Path) -> State | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return State(found.st_size, found.st_mtime_ns, found.st_ino)


def _by_part(
    files: Iterable[tuple[Part, str, State | None]],
) -> dict[Part, dict[str, State | None]]:
    found: dict[Part, dict[str, State | None]] = defaultdict(dict)
    for part, path, state in files:
        found[part][path] = state
    return found
