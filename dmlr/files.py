"""Files that are either whole or absent, and digests of files."""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dmlr.errors import DiskError

REFUSALS = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
}  # fmt: skip


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What a disk has against writing ``path``, as one line.

    Raises:
        DiskError: the disk is full, read-only, broken or forbidden.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        raise unwritable(path, os.strerror(error.errno)) from None


def unwritable(path: Path, reason: str) -> DiskError:
    """What a disk has against writing a file."""
    return DiskError(
        f"{path}: must be a file that can be written, got {reason}; mend that and run again; nothing "
        "written before is lost"
    )


@contextmanager
def replacing(path: Path, *, flush: bool = True) -> Iterator[Path]:
    """A temporary name beside ``path`` that takes its place when the block ends without error.

    The name is unique, so two writers of one file cannot mix; the last whole file wins. The file is
    flushed to the disk before it is renamed, so a name never stands for a half-written file; without
    ``flush`` it may, after a power cut.

    Raises:
        DiskError: as ``writing``.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix
        )
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            os.chmod(temporary, 0o666 & ~_umask())
            if flush:
                with temporary.open("rb") as written:
                    os.fsync(written.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write readable JSON, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def canonical(value: Any) -> str:
    """JSON with one spelling per value, for digests and for comparing settings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """SHA-256 of a JSON value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
