"""The note of a shard's failed samples, by which the next run knows that it must try them again.

A failed sample does not fail its job, so nothing would start the job again. The note counts attempts;
the count is a param of the rule, so every run after one with failures tries once more.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from dmlr.files import write_json
from dmlr.records import Prediction


def note_path(predictions: Path) -> Path:
    """Where the note of a shard stands, from the path of its predictions."""
    return predictions.with_name(predictions.name.replace(".predictions.parquet", ".failed.json"))


def attempts(predictions: Path) -> int:
    """How many runs of the shard ended with failed samples."""
    path = note_path(predictions)
    return int(json.loads(path.read_text(encoding="utf-8"))["attempts"]) if path.exists() else 0


def note_failures(predictions: Path, answers: Sequence[Prediction]) -> None:
    """Write the note where samples failed; the count stays when none did, or the job would run again."""
    failed = {answer.sample_id: answer.error for answer in answers if answer.status == "failed"}
    before = attempts(predictions)
    if failed or before:
        count = before + bool(failed)
        write_json(note_path(predictions), {"attempts": count, "failed": failed})
