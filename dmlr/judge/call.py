"""One call: a candidate put to the judge, and its reply or why there is none."""

import time
from typing import Any

from openai import APIError, AsyncOpenAI, BadRequestError, UnprocessableEntityError

from dmlr.judge.asked import Asked, Failure, Reply
from dmlr.judge.completion import completion
from dmlr.judge.endpoint import Endpoint
from dmlr.judge.entry import Judge
from dmlr.judge.failure import failure, of_structure, one_line
from dmlr.judge.prompt import Prompt
from dmlr.judge.reply import read

SHORTEST_KEY = 12  # characters; a shorter one is a local server's dummy, and a word of replies too
# The reasoning comes first: a verdict that is written first is not the result of it.
SCHEMA = {
    "type": "object",
    "properties": {
        "reasoning": {"type": "string"},
        "verdict": {"type": "string", "enum": ["correct", "wrong"]},
    },
    "required": ["reasoning", "verdict"],
    "additionalProperties": False,
}
FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "judgement", "strict": True, "schema": SCHEMA},
}


class Caller:
    """Asks a judge one candidate at a time, all with the same prompt and settings."""

    def __init__(self, client: AsyncOpenAI, where: Endpoint, judge: Judge, prompt: Prompt) -> None:
        self.client, self.judge, self.prompt = client, judge, prompt
        self.structured = judge.structured == "auto"  # until the server turns out not to know it
        self.settings: dict[str, Any] = {
            "model": where.model,
            "temperature": judge.temperature,
            "max_tokens": judge.max_tokens,
        }
        if judge.seed is not None:
            self.settings["seed"] = judge.seed

    async def ask(self, asked: Asked) -> Reply | Failure:
        """Put one candidate to the judge; only a whole and readable answer of its server is a reply."""
        text, started = self.prompt.rendered(asked), time.monotonic()
        try:
            content = await self._content([{"role": "user", "content": text}])
        except APIError as error:
            return failure(error, self.judge.retries + 1, self._public)
        return self._outcome(content, time.monotonic() - started)

    async def _content(self, messages: list[dict[str, str]]) -> str:
        """The server's answer; a server that knows no JSON schema is asked without from then on."""
        if not self.structured:
            return await self._answer(messages, self.settings)
        try:
            return await self._answer(messages, {**self.settings, "response_format": FORMAT})
        except (BadRequestError, UnprocessableEntityError) as error:
            if not of_structure(error):  # too long, for instance: it would be too long without, too
                raise
            content = await self._answer(messages, self.settings)
            self.structured = False
            return content

    async def _answer(self, messages: list[dict[str, str]], settings: dict[str, Any]) -> str:
        create: Any = self.client.chat.completions.with_raw_response.create
        content: bytes = (await create(messages=messages, **settings)).content
        return self._public(content.decode("utf-8", "replace"))

    def _outcome(self, content: str, seconds: float) -> Reply | Failure:
        found = completion(content)
        if found is None:
            return Failure(f"must be a chat completion, got {one_line(content)!r}")
        tokens, wanted = (found.read_tokens, found.written_tokens), self.judge.served_model
        if wanted is not None and found.model != wanted:
            return Failure(f"the server must serve {wanted}, got {found.model!r}", True, *tokens)
        if not found.text.strip():
            return Failure(f"an empty reply (finish_reason {found.ending})", False, *tokens)
        verdict, reason = read(found.text)
        if found.ending == "length":  # a verdict in the middle is not the judge's last word
            verdict, reason = "unparsed", f"cut off after max_tokens {self.judge.max_tokens}"
        return Reply(found.text, verdict, reason, found.model, *tokens, seconds)

    def _public(self, text: str) -> str:
        """A server's text without the key, which it may repeat."""
        key = self.client.api_key
        return text.replace(key, "[key]") if len(key) >= SHORTEST_KEY else text
