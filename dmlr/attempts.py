"""The note of what failed in a job that did not fail itself, by which the next run tries it again.

Nothing else would start such a job once more. The note counts attempts; the count is a param of the
job's rule, so every run after one with failures tries again.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from dmlr.files import write_json


def attempts(note: Path) -> int:
    """How many runs of the job ended with failures."""
    return int(json.loads(note.read_text(encoding="utf-8"))["attempts"]) if note.exists() else 0


def note_failed(note: Path, failed: Mapping[str, str | None]) -> None:
    """Write what failed and why; the count stays when nothing did, or the job would run again."""
    before = attempts(note)
    if failed or before:
        write_json(note, {"attempts": before + bool(failed), "failed": failed})
