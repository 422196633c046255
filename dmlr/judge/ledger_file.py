"""The ledger's file: an SQLite database whose rows can be added and read, and nothing else."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dmlr.errors import RecordError

APPLICATION = 0x444D4C52  # SQLite's application_id: "DMLR"
VERSION = 1  # SQLite's user_version; raise it when a column changes its meaning
PATIENCE = 60.0  # seconds to wait while other processes write
KIND = "must be a ledger of judgements"
ANEW = "or move it away to ask the judges anew"
RESTORE = f"restore it from a copy, {ANEW}"
NO_DELETE = """
CREATE TRIGGER no_delete BEFORE DELETE ON judgements
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""
SCHEMA = (
    """
    CREATE TABLE judgements (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL CHECK (length(key) = 64),
        question TEXT NOT NULL,
        options TEXT NOT NULL CHECK (json_valid(options)),
        gold TEXT NOT NULL,
        candidate TEXT NOT NULL,
        judge_model TEXT NOT NULL,
        base_url TEXT NOT NULL,
        served_model TEXT NOT NULL,
        prompt_digest TEXT NOT NULL,
        decoding TEXT NOT NULL CHECK (json_valid(decoding)),
        reply TEXT NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('correct', 'wrong', 'unparsed')),
        reason TEXT,
        input_tokens INTEGER NOT NULL CHECK (input_tokens >= 0),
        output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
        seconds REAL NOT NULL CHECK (seconds >= 0),
        time TEXT NOT NULL,
        UNIQUE (key, served_model, time)
    ) STRICT
    """,
    """
    CREATE TRIGGER no_update BEFORE UPDATE ON judgements
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """,
    NO_DELETE,
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)


def connected(path: Path) -> sqlite3.Connection:
    """Open the ledger, or begin one; every statement is its own transaction.

    Raises:
        RecordError: the file is damaged, of another kind or version, or cannot be used.
    """
    with reported(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        try:
            _begin(connection)
            _check(connection, path)
            # No write-ahead log: its shared memory does not work across a network file system. Replies
            # are paid for, so they outlive a power cut too; that takes a millisecond of a call's second.
            connection.execute("PRAGMA journal_mode = DELETE").close()
            connection.execute("PRAGMA synchronous = EXTRA").close()
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All statements of the block or none; no other process writes meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """What the file system and SQLite complain about, as one line that says what to do."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a fault of ours
    except (sqlite3.Error, OSError) as error:
        raise RecordError(_complaint(path, error)) from None


def _begin(connection: sqlite3.Connection) -> None:
    """Make an empty file a ledger; of processes that do so at once, one does it."""
    if _is_empty(connection):
        with transaction(connection):
            if _is_empty(connection):
                for statement in SCHEMA:
                    connection.execute(statement)


def _is_empty(connection: sqlite3.Connection) -> bool:
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return objects == 0 and _marks(connection) == (0, 0)


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application, version


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application, version = _marks(connection)
    if application != APPLICATION:
        raise RecordError(f"{path}: {KIND}, got another program's database; name another file")
    if version != VERSION:
        raise RecordError(
            f"{path}: must be a ledger of version {VERSION}, got {version}; "
            f"use the code that wrote it, {ANEW}"
        )
    if not _is_whole(connection, path):
        raise RecordError(f"{path}: {KIND}, got one with its end cut off; {RESTORE}")


def _is_whole(connection: sqlite3.Connection, path: Path) -> bool:
    """False where a part of the last page is missing, which SQLite itself takes for zeros."""
    connection.execute("BEGIN")  # between two writers: none goes on before the COMMIT
    pages, size = connection.execute(
        "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    whole: bool = path.stat().st_size >= pages * size
    connection.execute("COMMIT")
    return whole


def _complaint(path: Path, error: sqlite3.Error | OSError) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return f"{path}: {KIND}, got a damaged or other file ({error}); {RESTORE}"
    if name.startswith("SQLITE_BUSY"):
        advice = "end the process that holds it and run again"
        return f"{path}: must be free within {PATIENCE:.0f} s, got {error}; {advice}"
    advice = "mend that and run again; nothing written before is lost"
    return f"{path}: must be a file that can be read and written, got {error}; {advice}"
