"""A shard's journal as somebody who looks on sees it: what is finished so far."""

import json
from pathlib import Path
from typing import Any

PHASES = ("prefill_seconds", "intermediate_seconds", "optimise_seconds", "decode_seconds")
RECENT = 20  # samples by which the speed of a shard is told


class GrowingJournal:
    """One journal; every look reads only what came since the last one.

    Attributes:
        finished: keys of the samples that have an answer.
        failed: sample -> why it has none, of those that were tried and are not finished.
        seconds: what each of the last ``RECENT`` answers took, its share of its batch.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begin()

    def _begin(self) -> None:
        self.finished: set[str] = set()
        self.failed: dict[str, str] = {}
        self.seconds: list[float] = []
        self._read = 0

    def look(self) -> "GrowingJournal":
        """Take in the lines that are new; a line counts only when it is whole."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, 2) < self._read:  # cut behind its last whole line, or begun anew
                    self._begin()
                file.seek(self._read)
                for raw in file:
                    if not raw.endswith(b"\n"):
                        break
                    self._read += len(raw)
                    self._take(raw)
        except FileNotFoundError:
            self._begin()
        return self

    def _take(self, raw: bytes) -> None:
        try:
            line = json.loads(raw)
        except ValueError:
            return
        if "key" not in line:  # the head
            return
        entry: dict[str, Any] = line.get("prediction", line)
        sample = str(entry.get("sample_id", line["key"]))
        if entry.get("status") == "failed":
            self.failed[sample] = str(entry.get("error"))
            return
        self.failed.pop(sample, None)
        self.finished.add(line["key"])
        self.seconds = [*self.seconds, sum(entry.get(phase, 0.0) for phase in PHASES)][-RECENT:]


def journals_in(folder: Path) -> dict[str, Path]:
    """Shard -> its journal, of those of other settings the one that was written to last.

    The folder of a run has thousands; it is listed once.
    """
    found: dict[str, list[Path]] = {}
    for path in (folder / "journal").glob("*.jsonl"):
        shard, _, _ = path.name.removesuffix(".jsonl").rpartition(".")
        found.setdefault(shard, []).append(path)
    return {shard: max(paths, key=_changed) for shard, paths in found.items()}


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # dmlr clean, meanwhile
        return 0
