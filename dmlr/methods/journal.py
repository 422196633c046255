"""The journal of a shard: every finished sample, on the disk before the next batch starts.

The head names the digest of everything that determines an entry; so does the file's name, so
another digest is another journal. Every line carries its own SHA-256: one that a kill or a full disk
cut short, or in which a bit flipped, does not count, and those around it do. One process at a time
writes, so that a shard whose first process still runs is waited for and not computed twice.
"""

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import TypeAdapter

from dmlr.cache.finished import Finished
from dmlr.errors import RecordError
from dmlr.files import replacing, writing
from dmlr.locks import held
from dmlr.progress import progress, say
from dmlr.sealed import sealed_line, unsealed


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

    def __init__(
        self, path: Path, digest: str, kind: type[AnyEntry], finished: Finished | None
    ) -> None:
        self.path, self.entries = path, dict[str, AnyEntry]()
        self._finished = finished
        self._adapter = TypeAdapter(kind)
        for line in _mended(path, {"dmlr.journal": 2, "digest": digest}):
            key = line.pop("key")
            entry = self._adapter.validate_python(line)
            if not entry.is_failed():  # a failed sample is tried again
                self.entries[key] = entry
        with writing(path):
            self._file = path.open("ab", buffering=0)  # nothing is left to be written at a close

    @classmethod
    @contextmanager
    def opened(
        cls,
        folder: Path,
        shard: str,
        digest: str,
        kind: type[AnyEntry],
        finished: Finished | None = None,
    ) -> Iterator["Journal[AnyEntry]"]:
        """Open the journal of a shard for one digest, waiting for another process to let go of it.

        Args:
            folder: of the journals of a run.
            shard: the shard's name.
            digest: of everything that determines an entry.
            kind: of the entries.
            finished: the cache, with entries of other shards and directories; None: none.
        """
        path = folder / f"{shard}.{digest[:16]}.jsonl"
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        # One lock for all digests: whoever works on the shard writes the same records.
        busy = f"{path}: another process works on this shard"
        with held(folder / f"{shard}.lock", busy):
            journal = cls(path, digest, kind, finished)
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
        done = len(self._done(keys))
        taken = self._taken(keys)
        say(
            f"{label}: {len(keys)} samples, {done} already in the journal"
            + (f", {taken} in the cache" if taken else "")
        )
        missing = keys.keys() - self._done(keys)
        if missing:
            with progress(label, len(keys), done=done + taken) as advance:

                def keep(entry: AnyEntry) -> None:
                    self.add(keys[entry.of_sample()], entry)
                    advance()

                work(missing, keep)
        if self._finished:
            good = [key for key in keys.values() if not self.entries[key].is_failed()]
            self._finished.add(good, lambda key: self._adapter.dump_python(self.entries[key]))
        return [self.entries[key] for key in keys.values()]

    def _done(self, keys: Mapping[str, str]) -> set[str]:
        return {sample_id for sample_id, key in keys.items() if key in self.entries}

    def _taken(self, keys: Mapping[str, str]) -> int:
        """Take from the cache what this journal lacks; how many entries."""
        lacking = [key for key in keys.values() if key not in self.entries]
        if not self._finished or not lacking:
            return 0
        found = self._finished.known(lacking)
        for key, entry in found.items():
            self.add(key, self._adapter.validate_python(entry))
        return len(found)

    def add(self, key: str, entry: AnyEntry) -> None:
        """Append one finished sample and flush it to the disk."""
        line = _line({"key": key, **self._adapter.dump_python(entry)})
        with writing(self.path):
            while line:
                line = line[self._file.write(line) :]
            os.fsync(self._file.fileno())
        self.entries[key] = entry


def _line(value: dict[str, Any]) -> bytes:
    return sealed_line(json.dumps(value))


def _mended(path: Path, head: dict[str, Any]) -> list[dict[str, Any]]:
    """What the whole lines behind the head say; the file is then made of the head and them alone."""
    found = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    whole = {line: json.loads(said) for line in found if (said := unsealed(line)) is not None}
    entries = {line: said for line, said in whole.items() if "key" in said}
    for said in whole.values():
        if "key" not in said and said != head:
            raise RecordError(f"{path}: head must be {head}, got {said}; remove the file")
    lines = [_line(head), *entries]
    if lines != found:
        _say_damage(path, found, whole)
        with replacing(path) as temporary:
            temporary.write_bytes(b"".join(lines))
    return [*entries.values()]


def _say_damage(path: Path, found: Collection[bytes], whole: Collection[bytes]) -> None:
    """Say which lines changed on the disk; that the last one was cut short is no news after a kill."""
    places = [
        str(place)
        for place, line in enumerate(found, start=1)
        if line not in whole and line.endswith(b"\n")
    ]
    if places:
        say(f"{path}: lines {', '.join(places)} are not as they were written; done again")
