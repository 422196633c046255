"""The ledger: every reply that a judge ever gave, shared by all runs, so that nothing is asked twice.

Rows are only ever added. A later judgement of the same call is a new row, and the newest row counts; a
call that failed is no row. Several processes may read and add at once, and a kill loses nothing that
was added.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dmlr.files import canonical
from dmlr.judge.asked import Reply
from dmlr.judge.ledger_call import Call, Entry, storable
from dmlr.judge.ledger_file import NO_DELETE, connected, reported, transaction

ADD = """
INSERT INTO judgements VALUES (
    NULL, :key, :question, :options, :gold, :candidate, :judge_model, :base_url, :served_model,
    :prompt_digest, :decoding, :reply, :verdict, :reason, :input_tokens, :output_tokens, :seconds, :time
)
"""
ALL = "SELECT * FROM judgements ORDER BY id"
HEADER = "SELECT name FROM pragma_table_info('judgements') ORDER BY cid"
KNOWN = """
WITH newest AS (
    SELECT max(id) AS id FROM judgements
    WHERE key IN (SELECT value FROM json_each(:keys))
        AND (:served_model IS NULL OR served_model = :served_model)
    GROUP BY key
)
SELECT
    key, reply, verdict, reason, served_model, input_tokens, output_tokens, seconds, time
FROM newest JOIN judgements USING (id)
"""
COPY = """
INSERT INTO {to}.judgements
SELECT
    NULL, key, question, options, gold, candidate, judge_model, base_url, served_model, prompt_digest,
    decoding, reply, verdict, reason, input_tokens, output_tokens, seconds, time
FROM {of}.judgements AS there
WHERE key IN (SELECT value FROM json_each(:keys)) AND time > coalesce(
    (
        SELECT max(time) FROM {to}.judgements AS here
        WHERE here.key = there.key AND here.served_model = there.served_model
    ),
    ''
)
ORDER BY id
"""
USAGE = """
SELECT
    judge_model, base_url, served_model, prompt_digest, count(*), sum(input_tokens),
    sum(output_tokens), sum(verdict = 'unparsed'), sum(seconds)
FROM judgements
GROUP BY judge_model, base_url, served_model, prompt_digest
ORDER BY judge_model, base_url, served_model, prompt_digest
"""
OLDER = """
DELETE FROM judgements
WHERE id NOT IN (SELECT max(id) FROM judgements GROUP BY key, served_model)
"""


@dataclass(frozen=True)
class Usage:
    """What the calls of one model under one prompt took; ``seconds`` are added up over all calls."""

    judge_model: str
    base_url: str
    served_model: str
    prompt_digest: str
    calls: int
    input_tokens: int
    output_tokens: int
    unparsed: int
    seconds: float


class Ledger:
    """An open ledger; use ``Ledger.opened``."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator["Ledger"]:
        """Open the ledger of a file; a missing or empty file becomes one.

        Raises:
            RecordError: the file is damaged, of another kind or version, or cannot be used; the methods
                raise it too.
        """
        with closing(connected(path)) as connection:
            yield cls(path, connection)

    @classmethod
    @contextmanager
    def to_read(cls, path: Path) -> Iterator["Ledger"]:
        """Open the ledger of a file to look things up; one that is not there is empty, and is not made.

        Raises:
            RecordError: as ``opened``.
        """
        with TemporaryDirectory() as folder, cls.opened(_there(path, Path(folder))) as ledger:
            yield ledger

    def known(self, keys: Iterable[str], served_model: str | None = None) -> dict[str, Entry]:
        """The newest entry of every key that has one; with a served model, of its entries alone."""
        wanted = {"keys": canonical(list(keys)), "served_model": served_model}
        return {row[0]: _entry(*row) for row in self._rows(KNOWN, wanted)}

    def add(self, call: Call, reply: Reply) -> None:
        """Append a reply; it is on the disk when this returns."""
        values = {
            "key": call.key,
            "question": call.asked.question,
            "options": canonical(call.asked.options),
            "gold": call.asked.gold,
            "candidate": call.asked.candidate,
            "judge_model": call.model,
            "base_url": call.base_url,
            "served_model": reply.served_model,
            "prompt_digest": call.prompt_digest,
            "decoding": call.decoding,
            "reply": reply.text,
            "verdict": reply.verdict,
            "reason": reply.reason,
            "input_tokens": reply.input_tokens,
            "output_tokens": reply.output_tokens,
            "seconds": reply.seconds,
            "time": datetime.now(UTC).isoformat(timespec="microseconds"),
        }
        self._rows(ADD, {name: _kept(value) for name, value in values.items()})

    def exchange(self, other: Path, keys: Iterable[str]) -> None:
        """Copy between this ledger and another the judgements of those keys that are new to either.

        New is what was written later than all that the other ledger has of that key and served model, so
        that the newest reply is the newest in both.

        Raises:
            RecordError: as ``opened``, for the other one.
        """
        wanted = {"keys": canonical(list(keys))}
        with Ledger.opened(other):  # it is there, and a ledger
            pass
        with reported(other):
            self._connection.execute("ATTACH ? AS other", (str(other),))
            try:
                self._connection.execute("PRAGMA other.synchronous = EXTRA").close()
                for to, of in (("main", "other"), ("other", "main")):
                    self._connection.execute(COPY.format(to=to, of=of), wanted)
            finally:
                self._connection.execute("DETACH other")

    def usage(self) -> list[Usage]:
        """Calls, tokens and seconds by model as asked for, server, served model and prompt."""
        return [Usage(*row) for row in self._rows(USAGE)]

    def columns(self) -> list[str]:
        """The names of the columns of ``rows``."""
        return [name for (name,) in self._rows(HEADER)][1:]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """All rows in the order in which they were added."""
        with reported(self.path), closing(self._connection.execute(ALL)) as found:
            for _, *row in found:
                yield tuple(row)

    def compact(self) -> int:
        """Drop all rows but the newest of each key and served model, and give their space back.

        No lookup changes; what the dropped calls took is no longer in ``usage``. It happens inside the
        file, under SQLite's own lock: processes that ask meanwhile wait for it and lose nothing, and a
        kill leaves the file as it was before.

        Returns:
            How many rows were dropped.
        """
        with reported(self.path):
            with transaction(self._connection):
                self._connection.execute("DROP TRIGGER no_delete")
                dropped = self._connection.execute(OLDER).rowcount
                self._connection.execute(NO_DELETE)
            self._connection.execute("VACUUM")
        return dropped

    def _rows(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        with reported(self.path):
            return self._connection.execute(statement, values).fetchall()


def _entry(key: str, text: str, *rest: Any) -> Entry:
    *said, time = rest
    return Entry(key, Reply(text, *said), time)


def _there(path: Path, folder: Path) -> Path:
    return path if path.exists() and path.stat().st_size else folder / path.name


def _kept(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value
