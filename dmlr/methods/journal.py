"""The journal of a shard: every finished sample, on the disk before the next batch starts.

The head names the digest of everything that determines an entry; so does the file's name, so
another digest is another journal. A line counts only when it is whole, and one process at a time
writes, so that a shard whose first process still runs is waited for and not computed twice.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import TypeAdapter

from dmlr.errors import RecordError
from dmlr.locks import held
from dmlr.progress import progress, say


@runtime_checkable
class Entry(Protocol):
    """What a stage makes of one sample; pydantic must be able to write it as JSON and to read it."""

    def of_sample(self) -> str:
        """Which sample it is of."""

    def is_failed(self) -> bool:
        """Whether nothing could be made of the sample."""


AnyEntry = TypeVar("AnyEntry", bound=Entry)
Keep = Callable[[AnyEntry], None]


class Journal(Generic[AnyEntry]):
    """Finished samples' entries by key; use ``Journal.opened``."""

    def __init__(self, path: Path, digest: str, kind: type[AnyEntry]) -> None:
        self.entries: dict[str, AnyEntry] = {}
        self._adapter = TypeAdapter(kind)
        head = {"dmlr.journal": 1, "digest": digest}
        whole = _whole_lines(path)
        if whole and whole[0] != head:
            raise RecordError(f"{path}: head must be {head}, got {whole[0]}; remove the file")
        for line in whole[1:]:
            key = line.pop("key")
            entry = self._adapter.validate_python(line)
            if not entry.is_failed():  # a failed sample is tried again
                self.entries[key] = entry
        self._file = _rewound(path)
        if not whole:
            self._write(head)

    @classmethod
    @contextmanager
    def opened(
        cls, folder: Path, shard: str, digest: str, kind: type[AnyEntry]
    ) -> Iterator["Journal[AnyEntry]"]:
        """Open the journal of a shard for one digest, waiting for another process to let go of it."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{shard}.{digest[:16]}.jsonl"
        # One lock for all digests: whoever works on the shard writes the same records.
        busy = f"{path}: another process works on this shard"
        with held(folder / f"{shard}.lock", busy):
            journal = cls(path, digest, kind)
            try:
                yield journal
            finally:
                journal._file.close()

    def completed(
        self,
        label: str,
        keys: Mapping[str, str],
        work: Callable[[set[str], Keep[AnyEntry]], None],
    ) -> list[AnyEntry]:
        """The entries of all samples of the shard, in the order of ``keys``.

        Args:
            label: what is being done to which shard, for the lines about its progress.
            keys: of each sample, the digest of everything of it that its entry depends on.
            work: makes the entries of the samples that are missing, and hands over each as soon as it
                is there.
        """
        missing = {sample_id for sample_id, key in keys.items() if key not in self.entries}
        done = len(keys) - len(missing)
        say(f"{label}: {len(keys)} samples, {done} already in the journal")
        if missing:
            with progress(label, len(keys), done=done) as advance:

                def keep(entry: AnyEntry) -> None:
                    self.add(keys[entry.of_sample()], entry)
                    advance()

                work(missing, keep)
        return [self.entries[key] for key in keys.values()]

    def add(self, key: str, entry: AnyEntry) -> None:
        """Append one finished sample and flush it to the disk."""
        self._write({"key": key, **self._adapter.dump_python(entry)})
        self.entries[key] = entry

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
