"""The local files that a benchmark's entry reads, and the state that they are in.

Planning asks for the state of thousands of files, so they are told by size and time; a file that comes
out equal costs one prepare and nothing after it.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from dmlr.datasets import hub, released_json
from dmlr.datasets.entry import Benchmark, Shapes, Source
from dmlr.datasets.registry import LOADERS
from dmlr.datasets.subset import planned
from dmlr.errors import DataError
from dmlr.files import digest, file_digest
from dmlr.provenance import PACKAGE


def errata_file(name: str, entry: Source) -> Path | None:
    """The errata of an entry, None without: of its loader, or of its own name for a file of your own.

    Those of the working directory come first, then those that ship with the project. A file of your
    own that is called like a benchmark has not its errata: its ids are others.
    """
    if entry.loader == "json" and name in LOADERS:
        return None
    file = f"{name if entry.loader == 'json' else entry.loader}.csv"
    places = [Path("config/errata"), PACKAGE.parent / "config" / "errata"]
    return next((place / file for place in places if (place / file).is_file()), None)


def planned_samples(entry: Benchmark) -> int:
    """How many samples an entry will have, before anything is downloaded.

    Raises:
        DataError: its file cannot be read, or its subset chooses nothing.
    """
    if isinstance(entry, Shapes):
        return entry.samples
    total = entry.samples or len(released_json.read(Path(entry.released or "")))
    count = planned(entry.subset, total)
    if count == 0:
        raise DataError(f"subset: must choose a row of {total}, start is {entry.subset.start}")
    return count


def state(name: str, entry: Benchmark) -> dict[str, str]:
    """What tells one state of an entry's local files from another; empty for the hub's pinned ones.

    Raises:
        DataError: a file or folder is missing.
    """
    if isinstance(entry, Shapes):
        return {}
    found: dict[str, str] = {}
    errata = errata_file(name, entry)
    if errata is not None:
        found["errata"] = file_digest(errata)
    if entry.released is not None:
        path = Path(entry.released)
        root = Path(entry.image_root) if entry.image_root else path.parent
        pictures = [root / one.image_path for one in released_json.read(path)]
        found |= {"released": file_digest(path), "pictures": _listing(pictures)}
    if entry.folder is not None and entry.loader in LOADERS:
        folder = Path(entry.folder)
        if not folder.is_dir():
            raise DataError(f"{name}: folder must be a directory, found nothing at {folder}")
        patterns = LOADERS[entry.loader].patterns(entry.split)
        found["folder"] = _listing(
            path for pattern in patterns for path in hub.files(folder, pattern)
        )
    return found


def _listing(paths: Iterable[Path]) -> str:
    def one(path: Path) -> str:
        try:
            found = os.stat(path)
        except (OSError, ValueError):  # missing ones are named, all at once, when they are prepared
            return f"{path!r} missing"
        return f"{path!r} {found.st_size} {found.st_mtime_ns}"

    return digest(sorted(map(one, paths)))
