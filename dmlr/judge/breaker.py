"""The breaker: when a judge is not asked any more."""

from dmlr.errors import ConfigError
from dmlr.judge.asked import Failure, Reply
from dmlr.judge.entry import Judge
from dmlr.progress import say

HOPELESS_IN_A_ROW = 3  # hopeless failures without a reply between them
FAILED_IN_A_ROW = 10  # failures of any kind without a reply between them, at least
MILLION = 1_000_000


class Breaker:
    """Stops asking where further calls would fail too, or cost more than the job may spend.

    Calls in flight still end, so the cost can pass the limit by ``concurrency - 1`` of them. What was
    judged stays. ``stopped`` is why, None as long as asking goes on; it is said once.

    Raises:
        ConfigError: the judge has a limit of cost and not both prices.
    """

    def __init__(self, name: str, judge: Judge) -> None:
        self.name, self.limit = name, judge.max_cost
        self.prices = (judge.input_price or 0.0, judge.output_price or 0.0)
        if self.limit is not None and None in (judge.input_price, judge.output_price):
            raise ConfigError(
                f"judge {name}: must have input_price and output_price beside max_cost, got none; "
                "add them or remove max_cost"
            )
        # One hiccup fails all calls in flight; two rounds of them without a reply are no hiccup.
        self.most_failed = max(FAILED_IN_A_ROW, 2 * judge.concurrency)
        self.hopeless, self.failed = 0, 0  # in a row
        self.spent = 0.0  # US dollars
        self.stopped: str | None = None
        self._hold_limit()

    def note(self, outcome: Reply | Failure) -> None:
        """Take in how a call ended."""
        if isinstance(outcome, Failure):
            self._count(outcome)
        else:
            self.hopeless = self.failed = 0
        self.spent += self._dollars(outcome.input_tokens, outcome.output_tokens)
        if isinstance(outcome, Reply) and self.limit is not None and not outcome.input_tokens:
            self._stop("the server counts no tokens, so max_cost cannot be held")
        self._hold_limit()

    def _count(self, failure: Failure) -> None:
        self.failed += 1
        self.hopeless += failure.hopeless
        if self.hopeless == HOPELESS_IN_A_ROW or self.failed == self.most_failed:
            self._stop(f"{self.failed} calls in a row failed, the last with: {failure.reason}")

    def _dollars(self, read: int, written: int) -> float:
        return (read * self.prices[0] + written * self.prices[1]) / MILLION

    def _hold_limit(self) -> None:
        if self.limit is not None and self.spent >= self.limit:
            self._stop(f"{self.spent:.4f} US dollars are spent of a max_cost of {self.limit:g}")

    def _stop(self, why: str) -> None:
        if self.stopped is None:
            self.stopped = f"judge {self.name} stopped: {why}"
            say(self.stopped)
