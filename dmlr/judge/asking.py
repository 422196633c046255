"""Asking a judge model many things: several calls at once, each noted as soon as it is answered."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

from dmlr.judge.asked import Asked, Failure, Reply
from dmlr.judge.breaker import Breaker
from dmlr.judge.call import Caller
from dmlr.judge.client import client
from dmlr.judge.endpoint import api_key, endpoint, named
from dmlr.judge.entry import Judge
from dmlr.judge.pace import Pace
from dmlr.judge.prompt import Prompt
from dmlr.progress import progress

OnReply = Callable[[int, Reply], None]


def ask(name: str, judge: Judge, asked: Sequence[Asked], on_reply: OnReply) -> dict[int, Failure]:
    """Ask a judge everything, and hand over each reply before its worker asks the next.

    A fault of ``on_reply``, or an interrupt, ends the asking; calls in flight are given up.

    Args:
        name: the judge's name in the catalog, for messages.
        judge: who is asked, and how.
        asked: what is asked; equal ones are asked twice.
        on_reply: gets the place in ``asked`` and the reply.

    Returns:
        Why there is no reply, by the place in ``asked``.

    Raises:
        ConfigError: the judge's server, key, prompt or limit of cost cannot be used.
    """
    with named(name):
        where, prompt = endpoint(judge), Prompt.load(judge.prompt)
        key = api_key(where, judge.key_variable)
    breaker, pace = Breaker(name, judge), Pace(judge.requests_per_minute)

    async def all_asked(advance: Callable[[], None]) -> dict[int, Failure]:
        async with client(judge, where, key, pace) as opened:
            caller = Caller(opened, where, judge, prompt)
            job = _Job(caller, breaker, pace, asked, on_reply, advance)
            return await job.done(judge.concurrency)

    with progress(f"judge {name}", len(asked), unit="calls") as advance:
        return asyncio.run(all_asked(advance))


class _Job:
    def __init__(
        self,
        caller: Caller,
        breaker: Breaker,
        pace: Pace,
        asked: Sequence[Asked],
        on_reply: OnReply,
        advance: Callable[[], None],
    ) -> None:
        self.caller, self.breaker, self.pace = caller, breaker, pace
        self.asked, self.on_reply, self.advance = asked, on_reply, advance
        self.failures: dict[int, Failure] = {}

    async def done(self, workers: int) -> dict[int, Failure]:
        places = iter(range(len(self.asked)))  # one for all workers: each takes the next
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(workers, len(self.asked))):
                    group.create_task(self._work(places))
        except BaseExceptionGroup as faults:  # on_reply's own, as if there were no workers
            raise faults.exceptions[0] from None
        return self.failures

    async def _work(self, places: Iterator[int]) -> None:
        for place in places:
            if not self.breaker.stopped:
                await self.pace.turn()
            if self.breaker.stopped:  # meanwhile, it may be
                self.failures[place] = Failure(self.breaker.stopped, asked=False)
            else:
                self._note(place, await self.caller.ask(self.asked[place]))

    def _note(self, place: int, outcome: Reply | Failure) -> None:
        self.breaker.note(outcome)
        if isinstance(outcome, Reply):
            self.on_reply(place, outcome)
        else:
            self.failures[place] = outcome
        self.advance()
