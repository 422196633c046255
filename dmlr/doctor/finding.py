"""What a check of this machine found, and checks that may not take for ever."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dmlr.errors import DmlrError

Verdict = Literal["ok", "warning", "fault"]


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what it is, and behind a semicolon what to do about it.

    A fault stops this experiment; a warning does not, but somebody should know.
    """

    subject: str
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class Check:
    """A check and how many seconds it may take; one that takes longer is a fault."""

    subject: str
    run: Callable[[], Sequence[Finding]]
    seconds: float


def findings(checks: Sequence[Check]) -> Iterator[Finding]:
    """Run all checks at once; what they find comes in their order."""
    running = [(check, _Running(check)) for check in checks]
    for check, thread in running:
        thread.join(check.seconds)
        late = Finding(
            check.subject, "fault", f"no answer in {check.seconds:.0f} s; is the network there?"
        )
        yield from [late] if thread.is_alive() else thread.found


class _Running(threading.Thread):
    """A thread that nobody waits for at the end: a name server may take minutes to say nothing."""

    def __init__(self, check: Check) -> None:
        super().__init__(daemon=True)
        self.check, self.found = check, list[Finding]()
        self.start()

    def run(self) -> None:
        try:
            self.found = list(self.check.run())
        except DmlrError as error:
            lines = str(error).splitlines()
            self.found = [Finding(self.check.subject, "fault", line) for line in lines]
