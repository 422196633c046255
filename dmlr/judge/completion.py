"""A chat completion as servers send it: what is read of it, checked."""

from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

Tokens = Annotated[int, Field(ge=0, lt=2**31)]


class Message(BaseModel):
    """What the model wrote, or why it would not."""

    content: str | None = None
    refusal: str | None = None


class Choice(BaseModel):
    """One reply; ``finish_reason`` is length where it was cut off."""

    message: Message
    finish_reason: str | None = None


class Usage(BaseModel):
    """Tokens as the server counts them."""

    prompt_tokens: Tokens = 0
    completion_tokens: Tokens = 0


class Completion(BaseModel):
    """A completion; its unknown fields are left out."""

    model: str = Field("", max_length=200)
    choices: list[Choice] = []
    usage: Usage | None = None

    @property
    def text(self) -> str:
        """What the first choice says, empty where there is nothing."""
        if not self.choices:
            return ""
        message = self.choices[0].message
        return message.content or message.refusal or ""

    @property
    def read_tokens(self) -> int:
        """Tokens of the prompt, 0 where the server counts none."""
        return self.usage.prompt_tokens if self.usage else 0

    @property
    def written_tokens(self) -> int:
        """Tokens of the reply, 0 where the server counts none."""
        return self.usage.completion_tokens if self.usage else 0

    @property
    def ending(self) -> str:
        """Why the first choice ended: stop, length (cut off), content_filter or what servers invent."""
        return (self.choices[0].finish_reason if self.choices else None) or "unknown"


def completion(content: str) -> Completion | None:
    """The completion in a server's answer, None where it is none."""
    try:
        return Completion.model_validate_json(content)
    except ValidationError:
        return None
