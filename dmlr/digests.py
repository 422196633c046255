"""Digests of large files, kept in the user's cache so that each file is read once."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from dmlr.files import digest, file_digest, write_json
from dmlr.progress import say
from dmlr.units import amount

SMALL = 2**20  # bytes; a file up to this is hashed as fast as its digest is looked up
SAID = 2**28  # bytes; hashing a larger file takes a second or more
SHA256 = re.compile(r"[0-9a-f]{64}")


def kept_digest(path: Path) -> str:
    """SHA-256 of a file's bytes; a large file's is kept in the user's cache, so that it is read once.

    A file of another place, size, time of change or inode is another file. Of processes that ask for
    one at the same time, one reads it and the others wait.
    """
    key = _identity(path)
    if path.stat().st_size <= SMALL:
        return file_digest(path)
    try:
        entry = cache_folder() / f"{digest(key)}.json"
        return _kept(entry, key) or _made(entry, key, path)
    except (OSError, RuntimeError):  # no home, or none that can be written: it costs time, no more
        return file_digest(path)


def cache_folder() -> Path:
    """The user's folder of digests, where the XDG specification puts it."""
    told = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (told if told.is_absolute() else Path.home() / ".cache") / "dmlr" / "digests"


def _identity(path: Path) -> list[str | int]:
    """What tells one state of a file from another, as it comes back from JSON."""
    found = path.stat()
    return [str(path.resolve()), found.st_size, found.st_mtime_ns, found.st_ino]


def _kept(entry: Path, key: list[str | int]) -> str | None:
    try:
        found = json.loads(entry.read_bytes())
        kept: str = found["sha256"]
        return kept if found["key"] == key and SHA256.fullmatch(kept) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _made(entry: Path, key: list[str | int], path: Path) -> str:
    entry.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(entry.with_suffix(".lock")):
        kept = _kept(entry, key)  # by the process that held the lock
        if kept is None:
            size = path.stat().st_size
            if size > SAID:
                say(f"hashing {path} once ({amount(size)}); its digest is kept in {entry.parent}")
            kept = file_digest(path)
            if _identity(path) == key:  # nobody wrote to it meanwhile
                with suppress(OSError):
                    write_json(entry, {"key": key, "sha256": kept})
        return kept
