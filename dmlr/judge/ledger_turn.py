"""Turns: one process at a time asks a model, so that its limits hold for all jobs together."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dmlr.files import digest
from dmlr.judge.ledger_call import Call
from dmlr.locks import held


@contextmanager
def turn(ledger: Path, call: Call) -> Iterator[None]:
    """Wait until no other process of this ledger asks the model of the call; others wait meanwhile.

    The lock is a file beside the ledger, one for every model of every server.
    """
    model = digest([call.base_url, call.model])[:16]
    lock = ledger.with_name(f"{ledger.name}.{model}.lock")
    with held(lock, f"{ledger}: another process asks {call.model}"):
        yield
