"""The client of a judge's server: OpenAI's, with a limit on the time of a try and on its pace."""

import asyncio
from typing import Any

import httpx2  # the HTTP library of the openai package
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from pydantic import SecretStr

from dmlr.judge.endpoint import Endpoint
from dmlr.judge.entry import Judge
from dmlr.judge.pace import Pace

TRY = (
    "x-stainless-retry-count"  # header in which the openai package counts the tries before this one
)


def client(judge: Judge, where: Endpoint, key: SecretStr, pace: Pace) -> AsyncOpenAI:
    """A client that tries again by itself, after Retry-After where the server says it."""
    return AsyncOpenAI(
        api_key=key.get_secret_value(),
        base_url=where.base_url,
        max_retries=judge.retries,
        http_client=_Tries(judge.timeout_seconds, pace),
    )


class _Tries(DefaultAsyncHttpxClient):
    """Bounds every try as a whole: httpx2 bounds each wait for bytes, which a slow drip outlives."""

    def __init__(self, seconds: float, pace: Pace) -> None:
        super().__init__(timeout=seconds)
        self.seconds, self.pace = seconds, pace

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        if request.headers.get(TRY, "0") != "0":  # who asks has waited for the first try's turn
            await self.pace.turn()
        try:
            async with asyncio.timeout(self.seconds):
                return await super().send(request, **options)
        except TimeoutError:
            raise httpx2.ReadTimeout("no whole reply in time", request=request) from None
