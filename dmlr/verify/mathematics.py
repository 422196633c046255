"""Mathematics of untrusted text: equality and value, by math-verify in a process that can be killed.

The process starts with the first question and lives as long as this one. A question that it has
computed at for ``mathematics_worker.LIMIT_SECONDS`` ends it, and the next question starts another.
"""

import atexit
import json
import re
import signal
import subprocess
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from dmlr.errors import DmlrError
from dmlr.verify.notation import library_form

if TYPE_CHECKING:  # it runs in its process alone, and the stage's fingerprint follows imports
    from dmlr.verify import mathematics_worker  # noqa: F401

# Of a text with one of these the library would read a piece and leave out the rest.
PIECEWISE = re.compile(r"\$|\\boxed|answer", re.IGNORECASE)
WORKER = Path(__file__).with_name("mathematics_worker.py")


class MathematicsError(DmlrError):
    """The process for mathematics cannot be started."""


@lru_cache(maxsize=8192)
def equivalent(gold: str, answer: str) -> bool | None:
    """True where two expressions are equal as mathematics; LaTeX or plain, without dollars around it.

    An interval is none of its two ends, a set has no order; x = 5 is 5. Decimals are rounded to six
    places where they meet something exact (math-verify's rules).

    Returns:
        None where one of them cannot be read, or to compare them takes too long.

    Raises:
        MathematicsError: the process cannot be started.
    """
    found = _asked("equal", gold, answer)
    return None if found is None else bool(found)


@lru_cache(maxsize=8192)
def value(text: str) -> float | None:
    """The number that an expression is, None where it is none, cannot be read or takes too long.

    Raises:
        MathematicsError: the process cannot be started.
    """
    found = _asked("value", text)
    return None if found is None else float(found)


def _asked(question: str, *texts: str) -> bool | float | None:
    plain = [library_form(text) for text in texts]
    if any(not text or PIECEWISE.search(text) for text in plain):
        return None
    for _ in range(2):  # once more where something else than its clock has ended the worker
        worker = _idle.pop() if _idle else Worker()
        line = worker.ask(json.dumps([question, *plain]))
        if line is not None:
            _idle.append(worker)  # only now: a worker that still owes an answer is asked no more
            return cast("bool | float | None", json.loads(line))
        if worker.end() == -signal.SIGPROF:
            break
    return None


class Worker:
    """A running worker.

    Raises:
        MathematicsError: it does not start.
    """

    def __init__(self) -> None:
        # -P: neither the current folder nor this one may stand in for a library.
        command = [sys.executable, "-P", str(WORKER)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self._questions = cast("IO[str]", self._process.stdin)
        self._answers = cast("IO[str]", self._process.stdout)
        with cast("IO[str]", self._process.stderr) as errors:
            if self._answers.readline() != "ready\n":
                reason = (errors.read().strip().splitlines() or ["no reason given"])[-1]
                self.end()
                raise MathematicsError(
                    f"{WORKER.name}: must start, got {reason!r}; install the project with its "
                    "dependencies (requirements.lock)"
                )

    def ask(self, question: str) -> str | None:
        """The answer to a line, None where the worker ended over it."""
        with suppress(BrokenPipeError):
            print(question, file=self._questions, flush=True)
            line = self._answers.readline()
            return line if line.endswith("\n") else None
        return None

    def end(self) -> int:
        """Close its input, which ends it, and return its exit status."""
        with suppress(BrokenPipeError):
            self._questions.close()
        self._answers.close()
        return self._process.wait()


_idle: list[Worker] = []


@atexit.register
def _end() -> None:
    while _idle:
        _idle.pop().end()
