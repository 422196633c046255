"""Leases of GPUs among the jobs of one user on one machine.

A lease is a locked file named by GPU, share and process. The kernel unlocks it when its process ends,
however it ends; a file that is not locked is nobody's and is removed.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from dmlr.errors import ConfigError
from dmlr.progress import say

VARIABLE = "DMLR_LEASES"
POLL = 0.5  # seconds between two looks for a free GPU


@dataclass(frozen=True)
class Holder:
    """A process that holds a GPU, which it shares with at most ``share`` - 1 others."""

    gpu: str
    share: int
    process: int


@dataclass(frozen=True)
class Lease:
    """A GPU that is held as long as this process lives, or until it is given back."""

    uuid: str
    lock: FileLock

    def release(self) -> None:
        """Give it back."""
        Path(self.lock.lock_file).unlink(missing_ok=True)
        self.lock.release()


def take(uuids: Sequence[str], count: int, share: int) -> list[Lease]:
    """Lease ``count`` of some GPUs at once, those with the fewest holders; wait until so many are free.

    One process chooses at a time and takes all or none, so that jobs of several GPUs cannot wait for
    each other.

    Args:
        uuids: the GPUs that will do.
        count: how many are wanted.
        share: how many jobs may hold each of them at a time, this one among them. A holder's own share
            counts too: a job that wants a GPU alone has it alone.

    Raises:
        ConfigError: there are not so many GPUs, or the folder of the leases cannot be used.
    """
    if count > len(uuids):
        raise ConfigError(
            f"gpus: must be at most {len(uuids)}, the GPUs that this job may use "
            f"({', '.join(uuids)}), got {count}"
        )
    folder, told = _folder(), False
    while True:
        with FileLock(folder / "choosing.lock"):
            holders = _holders(folder)
            free = [uuid for uuid in uuids if _has_room(uuid, holders, share)]
            if len(free) >= count:
                free.sort(key=lambda uuid: len(_of(uuid, holders)))
                return [_taken(folder, uuid, share) for uuid in free[:count]]
        if not told:
            say(f"{_who(uuids, holders)}; waiting until {count} can be had")
            told = True
        time.sleep(POLL)


def _folder() -> Path:
    """Where leases lie: on the machine, since results may lie where several machines see them.

    Not XDG_RUNTIME_DIR, which some sessions of a user have and others (cron, sudo) have not.

    Raises:
        ConfigError: it cannot be made, or is another user's.
    """
    told = os.environ.get(VARIABLE)
    folder = Path(told) if told else Path(tempfile.gettempdir()) / f"dmlr-leases-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = os.access(folder, os.W_OK) and (bool(told) or folder.stat().st_uid == os.getuid())
    except OSError:
        mine = False
    if not mine:
        raise ConfigError(
            f"{folder}: must be a folder of this user's for the leases of GPUs; remove what is there, "
            f"or name another one with {VARIABLE}"
        )
    return folder


def _holders(folder: Path) -> list[Holder]:
    """Who holds what; files of processes that have ended are removed."""
    found = []
    for path in folder.glob("*.lease"):
        lock = FileLock(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            gpu, share, process, *_ = path.name.rsplit(".", 4)
            found.append(Holder(gpu, int(share), int(process)))
        else:
            path.unlink(missing_ok=True)
            lock.release()
    return found


def _has_room(uuid: str, holders: Sequence[Holder], share: int) -> bool:
    here = _of(uuid, holders)
    return len(here) < min([share, *(holder.share for holder in here)])


def _of(uuid: str, holders: Sequence[Holder]) -> list[Holder]:
    return [holder for holder in holders if holder.gpu == _name(uuid)]


def _name(uuid: str) -> str:
    """As part of a file's name: MIG devices once had slashes in theirs."""
    return uuid.replace("/", "_")


def _taken(folder: Path, uuid: str, share: int) -> Lease:
    # A random part: where containers share the folder, two processes may have one number.
    handle, name = tempfile.mkstemp(
        dir=folder, prefix=f"{_name(uuid)}.{share}.{os.getpid()}.", suffix=".lease"
    )
    os.close(handle)
    lock = FileLock(name)
    lock.acquire(blocking=False)
    return Lease(uuid, lock)


def _who(uuids: Sequence[str], holders: Sequence[Holder]) -> str:
    held = [f"{uuid} by process {h.process}" for uuid in uuids for h in _of(uuid, holders)]
    return f"GPUs are taken ({', '.join(held)})"
