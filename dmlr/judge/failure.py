"""A call that gave no reply, and why."""

import re
from collections.abc import Callable

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from dmlr.judge.asked import Failure

LONGEST = 200  # characters of a server's message that are told
# Statuses by which every other call would fail too: the key, the money, the right, the model's name.
HOPELESS = (401, 402, 403, 404)
# What servers call a structured reply: response_format, json_schema ...; "information" is no format.
STRUCTURED = re.compile(r"schema|structured|format(?!ion|ive)", re.IGNORECASE)


def failure(error: APIError, tries: int, public: Callable[[str], str]) -> Failure:
    """An error of the openai package as a failure; ``public`` takes the key out of a text."""
    match error:
        case APIStatusError():
            hopeless = error.status_code in HOPELESS or error.code == "insufficient_quota"
            return Failure(f"HTTP {error.status_code}: {one_line(public(_words(error)))}", hopeless)
        case APITimeoutError():
            return Failure(f"no whole reply in time, tries: {tries}")
        case APIConnectionError():
            cause = type(error.__cause__).__name__
            return Failure(f"the server cannot be reached ({cause}), tries: {tries}", True)
        case _:
            return Failure(one_line(public(error.message)))


def of_structure(error: APIStatusError) -> bool:
    """True where a refusal is about the reply's JSON schema, by its message, parameter or code."""
    return any(STRUCTURED.search(str(text)) for text in (_words(error), error.param, error.code))


def one_line(text: str) -> str:
    """A server's words in one line, cut where they are long."""
    start = "".join(c if c.isprintable() else " " for c in text[: 2 * LONGEST])
    plain = " ".join(start.split())
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}..."


def _words(error: APIStatusError) -> str:
    """The server's message where it speaks OpenAI's protocol, else all that it sent."""
    message = error.body.get("message") if isinstance(error.body, dict) else None
    return message if isinstance(message, str) else str(error.body or error.message)
