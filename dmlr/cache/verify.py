"""Whether what a cache holds is what was written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from dmlr.cache.finished import opened, read_entry
from dmlr.cache.groups import SAMPLES, Group
from dmlr.errors import RecordError
from dmlr.files import digest
from dmlr.judge.ledger import Ledger


def faults(group: Group) -> Iterator[str]:
    """A line for every entry of a group that is not what was written, and for a wrong name."""
    if group.kind in SAMPLES:
        yield from _sample_faults(group)
    elif group.kind == "features":
        yield from _feature_faults(group)
    else:
        yield from _ledger_faults(group.path)


def _misnamed(group: Group, name: str) -> Iterator[str]:
    if digest(group.about)[:32] != name:
        yield f"{group.path}: its name must be the digest of what it says that it is about"


def _sample_faults(group: Group) -> Iterator[str]:
    try:
        with opened(group.path) as database:
            (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise sqlite3.DatabaseError(said)
            rows = database.execute("SELECT key, line FROM entries")
            bad = [key for key, line in rows if read_entry(key, line) is None]
    except sqlite3.Error as error:
        yield f"{group.path}: damaged ({error})"
        return
    yield from _misnamed(group, group.path.stem)
    yield from (f"{group.path}: entry {key[:12]} is not what was written" for key in bad)


def _feature_faults(group: Group) -> Iterator[str]:
    # Imported only now: torch takes seconds.
    import torch

    from dmlr.vlm.feature_file import read_features

    yield from _misnamed(group, group.path.name)
    for path in sorted(group.path.glob("*.safetensors")):
        try:
            read_features(path, torch.device("cpu"))
        except RecordError as error:
            yield str(error)


def _ledger_faults(path: Path) -> Iterator[str]:
    try:
        with Ledger.opened(path):
            pass
        with closing(sqlite3.connect(path)) as database:
            (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        if said != "ok":
            yield f"{path}: damaged ({said})"
    except (RecordError, sqlite3.Error) as error:
        yield str(error)
