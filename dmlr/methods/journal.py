"""The journal of a shard: every finished sample, on the disk before the next batch starts.

The head names the digest of everything that determines a prediction; so does the file's name, so
another digest is another journal. A line counts only when it is whole, and one process at a time
writes, so that a shard whose first process still runs is waited for and not computed twice.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from dmlr.errors import RecordError
from dmlr.locks import held
from dmlr.methods.answer import Answer
from dmlr.records import Prediction, TraceStep


class Journal:
    """Finished answers by key; use ``Journal.opened``."""

    def __init__(self, path: Path, digest: str) -> None:
        self.answers: dict[str, Answer] = {}
        head = {"dmlr.journal": 1, "digest": digest}
        whole = _whole_lines(path)
        if whole and whole[0] != head:
            raise RecordError(f"{path}: head must be {head}, got {whole[0]}; remove the file")
        for line in whole[1:]:
            if line["prediction"]["status"] == "ok":  # a failed sample is tried again
                self.answers[line["key"]] = _answer(line)
        self._file = _rewound(path)
        if not whole:
            self._write(head)

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, shard: str, digest: str) -> Iterator["Journal"]:
        """Open the journal of a shard for one digest, waiting for another process to let go of it."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{shard}.{digest[:16]}.jsonl"
        # One lock for all digests: whoever works on the shard writes the same records.
        busy = f"{path}: another process works on this shard"
        with held(folder / f"{shard}.lock", busy):
            journal = cls(path, digest)
            try:
                yield journal
            finally:
                journal._file.close()

    def add(self, key: str, answer: Answer) -> None:
        """Append one finished sample and flush it to the disk."""
        prediction = answer.prediction.model_dump()
        trace = [step.model_dump() for step in answer.trace]
        self._write({"key": key, "prediction": prediction, "trace": trace})
        self.answers[key] = answer

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _whole_lines(path: Path) -> list[dict[str, Any]]:
    """The lines up to the first one that a kill or a full disk left unfinished."""
    lines: list[dict[str, Any]] = []
    if path.exists():
        for raw in path.read_bytes().splitlines(keepends=True):
            try:
                if not raw.endswith(b"\n"):
                    break
                lines.append(json.loads(raw))
            except ValueError:
                break
    return lines


def _rewound(path: Path) -> IO[bytes]:
    """The file open for appending, cut behind its last whole line."""
    count = len(_whole_lines(path))
    path.touch()
    file = path.open("r+b")
    for _ in range(count):
        file.readline()
    file.truncate()
    return file


def _answer(line: dict[str, Any]) -> Answer:
    trace = [TraceStep.model_validate(step) for step in line["trace"]]
    return Answer(Prediction.model_validate(line["prediction"]), trace)
