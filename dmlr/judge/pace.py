"""Pace: how soon the next request may go out."""

import asyncio


class Pace:
    """Spreads requests evenly over time; they go out in the order in which they came.

    Args:
        per_minute: most requests of a minute; None: no limit.
    """

    def __init__(self, per_minute: int | None) -> None:
        self.interval = 60 / per_minute if per_minute else 0.0  # seconds
        self.next = 0.0

    async def turn(self) -> None:
        """Wait until the next request may go out."""
        now = asyncio.get_running_loop().time()
        start = max(now, self.next)
        self.next = start + self.interval
        await asyncio.sleep(start - now)
