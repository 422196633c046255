"""Opening a database, to fill it or to read it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dmlr.errors import RecordError
from dmlr.files import REFUSALS, unwritable

# DuckDB would take most of the machine's memory; what does not fit goes to a folder beside the file.
MEMORY = "1GB"


def connected(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database with limited memory, and without DuckDB's own bars between our lines."""
    database = duckdb.connect(str(path), read_only=read_only, config={"memory_limit": MEMORY})
    database.execute("SET enable_progress_bar = false")
    return database


@contextmanager
def readable(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database, open for reading alone.

    Raises:
        RecordError: there is none, or it cannot be read, or turns out to be damaged.
    """
    if not path.is_file():
        raise RecordError(
            f"{path}: must be a database of dmlr aggregate, found none; run snakemake tables"
        )
    try:
        opened = connected(path, read_only=True)
    except duckdb.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise RecordError(f"{path}: not a readable database ({reason})") from None
    with opened, reported(path):
        yield opened


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """What DuckDB finds wrong with the file itself, as one line; its blocks carry checksums.

    Raises:
        RecordError: the file is damaged.
        DiskError: it cannot be written.
    """
    try:
        yield
    except duckdb.Error as error:
        said = str(error).strip().splitlines()[0]
        if is_damage(error):
            raise RecordError(
                f"{path}: must be as it was written, got {said}; remove it and run snakemake again"
            ) from None
        for refusal in map(os.strerror, REFUSALS):
            if refusal in said:
                raise unwritable(path, refusal) from None
        raise


def is_damage(error: duckdb.Error) -> bool:
    """Whether DuckDB says that a part of a database changed on the disk."""
    return "Corrupt database file" in str(error)
