"""A run's judgements that failed, which the next run asks for again."""

from collections.abc import Sequence
from pathlib import Path

from dmlr.attempts import note_failed
from dmlr.records import Verdict


def note_path(verdicts: Path) -> Path:
    """Where the note of a run's verdicts stands."""
    return verdicts.with_suffix(".failed.json")


def judge_failed(verdict: Verdict) -> bool:
    """True where the judge was asked and gave no answer, not where prediction or gold is missing."""
    return verdict.verdict == "failed" and verdict.rule.startswith("judge ")


def note_failures(verdicts: Path, found: Sequence[Verdict]) -> None:
    """Write the note where judgements failed."""
    failed = {f"{v.sample_id} ({v.labels})": v.reason for v in found if judge_failed(v)}
    note_failed(note_path(verdicts), failed)
