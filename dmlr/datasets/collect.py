"""All rows of a benchmark's entry: read, joined, counted, corrected, chosen; no picture is read yet."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dmlr.datasets import errata, hub, released_json, shapes
from dmlr.datasets.entry import Benchmark, Shapes, Source
from dmlr.datasets.errata import Applied
from dmlr.datasets.join import join
from dmlr.datasets.places import errata_file
from dmlr.datasets.registry import LOADERS
from dmlr.datasets.source import Loader, SourceRow
from dmlr.datasets.subset import choose
from dmlr.errors import DataError
from dmlr.files import file_digest


@dataclass(frozen=True)
class Collected:
    """The chosen rows of a benchmark, and what happened on the way to them.

    ``found`` are the same rows before the errata. ``total`` counts the rows of the whole split,
    ``misfits`` are ids whose released prompt lacks the official question, ``files`` the digests of what
    was read.
    """

    rows: list[SourceRow]
    found: list[SourceRow]
    total: int
    loader: Loader | None = None
    errata: list[Applied] = field(default_factory=list)
    misfits: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def collect(name: str, entry: Benchmark) -> Collected:
    """The rows of an entry.

    Raises:
        DataError: the source is out of reach, damaged, or not what the entry says it is.
    """
    if isinstance(entry, Shapes):
        rows = list(shapes.load(entry))
        return Collected(rows, rows, len(rows))
    loader = LOADERS.get(entry.loader)
    rows, misfits, files = _read(entry, loader)
    _expect(name, entry, rows)
    chosen = found = choose(rows, entry.subset)
    applied: list[Applied] = []
    path = errata_file(name, entry)
    known = [one for one in errata.read(path) if one.status in entry.errata] if path else []
    if known or "released" in rows[0].gold:
        chosen, applied = errata.correct(found, known, ids={row.official_id for row in rows})
    ids = {row.official_id for row in chosen}
    misfits = [name for name in misfits if name in ids]
    return Collected(chosen, found, len(rows), loader, applied, misfits, files)


def repository(entry: Source, loader: Loader) -> hub.Repository:
    """Where an entry's official files are."""
    return hub.Repository(
        hub=entry.hub,
        revision=entry.revision,
        folder=entry.folder,
        offline=entry.offline,
        patterns=loader.patterns(entry.split),
    )


def _read(
    entry: Source, loader: Loader | None
) -> tuple[list[SourceRow], list[str], dict[str, str]]:
    official: list[SourceRow] = []
    files: dict[str, str] = {}
    if loader is not None and entry.joined:
        where = repository(entry, loader)
        folder = hub.locate(where)
        official = loader.load(folder, entry.split)
        files = _digests(folder, where.patterns)
    if entry.released is None:
        return official, [], files
    path = Path(entry.released)
    root = Path(entry.image_root) if entry.image_root else path.parent
    authors = released_json.rows(released_json.read(path), loader, root)
    files[path.name] = file_digest(path)
    if not official:
        return authors, [], files
    joined, misfits = join(official, authors, order=entry.source, file=entry.released)
    return joined, misfits, files


def _digests(folder: Path, patterns: Sequence[str]) -> dict[str, str]:
    """Digests of the repository's tables; pictures beside them have their own in every sample."""
    paths = [path for pattern in patterns for path in hub.files(folder, pattern)]
    tables = [path for path in paths if path.suffix not in (".jpg", ".png")]
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in tables}


def _expect(name: str, entry: Source, rows: Sequence[SourceRow]) -> None:
    """Check the counts that the entry states.

    Raises:
        DataError: with one line for every count that is another.
    """
    place, faults = f"benchmark_catalog.{name}", []
    for repeated, count in Counter(row.official_id for row in rows).items():
        if count > 1:
            faults.append(f"{name}/{repeated}: id must be unique, found {count} times")
    if not rows:
        faults.append(f"{name}: must have rows, found none")
    if entry.samples is not None and len(rows) != entry.samples:
        faults.append(
            f"{name}: must have {entry.samples} rows ({place}.samples), found {len(rows)}"
        )
    # Groups that only the official rows have are counted where those are read.
    for group, wanted in entry.groups.items() if entry.joined else ():
        found = _values(rows, group)
        counts: Any = len(found) if isinstance(wanted, int) else dict(sorted(found.items()))
        if counts != (wanted if isinstance(wanted, int) else dict(sorted(wanted.items()))):
            faults.append(f"{name}: must have {wanted} by {group} ({place}.groups), found {counts}")
    if faults:
        raise DataError("\n".join(faults))


def _values(rows: Sequence[SourceRow], group: str) -> Counter[str]:
    if group == "category":
        return Counter(row.category for row in rows)
    return Counter(row.groups[group] for row in rows if group in row.groups)
