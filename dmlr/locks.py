"""Waiting for another process to let go of something."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from dmlr.files import writing
from dmlr.progress import say


@contextmanager
def held(lock: Path, busy: str) -> Iterator[None]:
    """Hold a lock file; it ends with its process, however that ends.

    Args:
        lock: the file.
        busy: what another process does while it holds the lock, said once before waiting for it.

    Raises:
        DiskError: the file cannot be made.
    """
    found = FileLock(lock, mode=0o666)  # less what the umask takes: a cache may be a group's
    with writing(lock):
        try:
            found.acquire(blocking=False)
        except Timeout:
            say(f"{busy}; waiting until it ends")
            found.acquire()
    try:
        yield
    finally:
        found.release()
