"""A judge call: everything that determines its reply, and the reply that it gave."""

from dataclasses import dataclass
from functools import cached_property

from dmlr.files import digest
from dmlr.judge.asked import Asked, Reply


@dataclass(frozen=True)
class Call:
    """What is asked of whom, and how.

    ``model`` is the model's name as it is asked for at ``base_url``, ``prompt_digest`` the SHA-256 of
    the prompt file, ``decoding`` canonical JSON of all other settings that the reply depends on.
    """

    asked: Asked
    model: str
    base_url: str
    prompt_digest: str
    decoding: str

    @cached_property
    def key(self) -> str:
        """SHA-256 of all that is known before the call: equal calls have one key, in every run."""
        return digest(
            {
                "question": self.asked.question,
                "options": self.asked.options,
                "gold": self.asked.gold,
                "candidate": self.asked.candidate,
                "judge_model": self.model,
                "base_url": self.base_url,
                "prompt_digest": self.prompt_digest,
                "decoding": self.decoding,
            }
        )


@dataclass(frozen=True)
class Entry:
    """A reply as the ledger keeps it; ``time`` is when it was written (UTC, ISO 8601)."""

    key: str
    reply: Reply
    time: str


def storable(text: str) -> str:
    """The text with ``?`` for every half a character (a lone surrogate).

    JSON can spell one, and no file can hold it.
    """
    return text.encode("utf-8", "replace").decode()
