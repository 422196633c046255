"""Finished samples by content, for other shards, configurations and working directories to take.

The journal of a shard holds what a job needs to go on. This holds the same entries where any other job
finds them: one SQLite file for everything that determines an entry, in it a row for every sample, under
the digest of all that the entry depends on. It is a cache: whatever goes wrong with it is said and costs
time, never a result.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from dmlr.files import canonical, digest
from dmlr.progress import say
from dmlr.sealed import sealed_line, unsealed

APPLICATION = 0x444D4C43  # SQLite's application_id: "DMLC"
VERSION = 1  # SQLite's user_version; raise it when a column changes its meaning
PATIENCE = 60.0  # seconds to wait while another process writes
SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS about (
    digest TEXT PRIMARY KEY, content TEXT NOT NULL, checkpoint TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, line BLOB NOT NULL) STRICT;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
COMMIT;
"""
NAMES = {"checkpoint", "revision", "offline"}  # how a model is found; digests say what it is
AMONG = "FROM entries WHERE key IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True)
class Finished:
    """The finished samples of one kind that one thing determines.

    Args:
        cache: the folder of the cache.
        kind: which stage's, a folder of the cache.
        about: everything that determines the entries, besides the samples themselves; JSON values.
        checkpoint: what the model is called, for people.
    """

    cache: Path
    kind: str
    about: Mapping[str, Any]
    checkpoint: str

    @classmethod
    def of(
        cls, cache: Path | None, kind: str, produced: Mapping[str, Any], device: str
    ) -> "Finished | None":
        """The finished samples of a stage; None without a cache.

        Args:
            cache: the folder.
            kind: as above.
            produced: what determines the entries: settings, the model's too, and digests of its files.
            device: by its kind, since kinds round differently.
        """
        if cache is None:
            return None
        model = {name: value for name, value in produced["model"].items() if name not in NAMES}
        about = {**produced, "model": model, "device": device}
        return cls(cache, kind, about, produced["model"]["checkpoint"])

    @property
    def path(self) -> Path:
        """The file, named by the digest of what determines its entries."""
        return self.cache / self.kind / f"{digest(self.about)[:32]}.sqlite"

    def known(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The entries of those keys that are there, as JSON objects.

        One that is not what was written is dropped, so that its sample is done again.
        """
        with _tolerated(self.path):
            if self.path.exists():
                with opened(self.path) as database:
                    self._check(database)
                    rows = database.execute(f"SELECT key, line {AMONG}", (canonical([*keys]),))
                    found = {key: read_entry(key, line) for key, line in rows.fetchall()}
                    _drop(database, self.path, [key for key, said in found.items() if said is None])
                self.path.touch()  # the age of a file of the cache is the time since its last use
                return {key: said for key, said in found.items() if said is not None}
        return {}

    def add(self, keys: Iterable[str], entry: Callable[[str], dict[str, Any]]) -> None:
        """Add the entries that are not there yet.

        Args:
            keys: of all that are finished.
            entry: the entry of a key as a JSON object; asked only for what is new.
        """
        with _tolerated(self.path), opened(self.path) as database:
            self._check(database)
            wanted = [*keys]
            there = {k for (k,) in database.execute(f"SELECT key {AMONG}", (canonical(wanted),))}
            new = [key for key in wanted if key not in there]
            rows = [(key, sealed_line(json.dumps({"key": key, **entry(key)}))) for key in new]
            with database:
                database.execute(
                    "INSERT OR IGNORE INTO about VALUES (?, ?, ?)",
                    (digest(self.about), canonical(self.about), self.checkpoint),
                )
                database.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?)", rows)

    def _check(self, database: sqlite3.Connection) -> None:
        """Refuse a file under another's name: its entries come from something else."""
        found = {name for (name,) in database.execute("SELECT digest FROM about")}
        if found - {digest(self.about)}:
            raise sqlite3.DatabaseError("it holds the entries of other settings")


def read_entry(key: str, line: bytes) -> dict[str, Any] | None:
    """The entry of a row as a JSON object; None where it is not what was written under that key."""
    said = unsealed(line)
    found: dict[str, Any] = json.loads(said) if said is not None else {}
    return found if found.pop("key", None) == key else None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file's folder, without which no process opens or removes the file.

    SQLite's own locks do not allow for a file that is removed while another process has it open.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent / "lock", mode=0o666):
        yield


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file of finished samples; a missing one becomes one.

    Raises:
        sqlite3.Error: it is damaged, of another kind or version, or cannot be used.
    """
    with locked(path), closing(sqlite3.connect(path, timeout=PATIENCE)) as database:
        marks = [
            database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version")
        ]
        if marks == [0, 0]:
            database.executescript(SCHEMA)
        elif marks != [APPLICATION, VERSION]:
            raise sqlite3.DatabaseError(f"it is of another kind or version: {marks}")
        yield database


@contextmanager
def _tolerated(path: Path) -> Iterator[None]:
    """Say what is wrong with the cache, and go on without it."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        say(f"{path}: cannot be used ({error}); going on without it, dmlr cache verify says more")


def _drop(database: sqlite3.Connection, path: Path, keys: list[str]) -> None:
    if keys:
        say(f"{path}: {len(keys)} entries are not what was written and are dropped")
        with database:
            database.executemany("DELETE FROM entries WHERE key = ?", [(key,) for key in keys])
