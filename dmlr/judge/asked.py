"""What is put to a judge model, and what came back."""

from dataclasses import dataclass
from typing import Literal

JudgeVerdict = Literal["correct", "wrong", "unparsed"]


@dataclass(frozen=True)
class Asked:
    """One candidate to be judged: the question, its options, the gold answer in words, the reply."""

    question: str
    options: tuple[str, ...]
    gold: str
    candidate: str


@dataclass(frozen=True)
class Reply:
    """What a judge said about one candidate.

    ``text`` is the reply as it came, ``served_model`` the model that the server names; tokens as the
    server counts them, 0 where it does not; ``seconds`` from the request to the reply, retries included.
    ``verdict`` is unparsed where the text is off the menu; ``reason`` then says so.
    """

    text: str
    verdict: JudgeVerdict
    reason: str | None
    served_model: str
    input_tokens: int
    output_tokens: int
    seconds: float


@dataclass(frozen=True)
class Failure:
    """Why there is no reply, in one line, and what the call took nevertheless.

    ``hopeless`` is True where the next call must be expected to fail in the same way; ``asked`` is False
    where the breaker stopped the asking before this call was sent.
    """

    reason: str
    hopeless: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    asked: bool = True
