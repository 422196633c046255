"""What the language model runs for one sample."""

from dataclasses import dataclass

from dmlr.vlm.parts import Prompt, Reply


@dataclass(frozen=True)
class Cost:
    """Passes, and the sample's own tokens in them: prompt, optimisation and replies, without padding.

    A pass and its tokens count once, with a gradient or without.
    """

    passes: int = 0
    tokens: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(self.passes + other.passes, self.tokens + other.tokens)

    def __sub__(self, other: "Cost") -> "Cost":
        """What came after ``other``."""
        return Cost(self.passes - other.passes, self.tokens - other.tokens)


def prefilling(prompt: Prompt) -> Cost:
    """Running a prompt's prefix."""
    return Cost(1, len(prompt.prefix))


def replying(block: int, reply: Reply) -> Cost:
    """Decoding a reply behind a block of so many tokens; its last token is not run."""
    return Cost(len(reply.ids), block + len(reply.ids) - 1)
