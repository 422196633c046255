"""A measured shard's failed samples, which the next run tries again."""

from collections.abc import Mapping
from pathlib import Path

from dmlr.attempts import note_failed


def note_path(measured: Path) -> Path:
    """Where the note stands, from the path of the records: beside them."""
    return measured.with_suffix(".failed.json")


def note_failures(measured: Path, failed: Mapping[str, str | None]) -> None:
    """Write the note where samples failed, each with its reason."""
    note_failed(note_path(measured), failed)
