"""A shard's failed samples, which the next run tries again."""

from collections.abc import Sequence
from pathlib import Path

from dmlr.attempts import note_failed
from dmlr.records import Prediction


def note_path(predictions: Path) -> Path:
    """Where the note of a shard stands, from the path of its predictions."""
    return predictions.with_name(predictions.name.replace(".predictions.parquet", ".failed.json"))


def note_failures(predictions: Path, answers: Sequence[Prediction]) -> None:
    """Write the note where samples failed."""
    failed = {answer.sample_id: answer.error for answer in answers if answer.status == "failed"}
    note_failed(note_path(predictions), failed)
