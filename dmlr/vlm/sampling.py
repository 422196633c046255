"""Drawing the next token of each row from its own randomness."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor


class Sampling:
    """Softmax sampling at a temperature; a row draws the same in any batch and on any device."""

    def __init__(self, temperature: float, generators: Sequence[torch.Generator]) -> None:
        """Args: the temperature, and a generator on the CPU for each row of the batch."""
        self.temperature, self.generators = temperature, generators

    def __call__(
        self, logits: Float[Tensor, "row vocab"], active: Sequence[int]
    ) -> Int[Tensor, " row"]:
        """One token for each row that is left, told by its number in the batch.

        One uniform number is drawn per token and looked up among the summed probabilities.

        Raises:
            ValueError: a probability is not a number, as half types that overflow make it.
        """
        draws = [torch.rand((), generator=self.generators[row], device="cpu") for row in active]
        below = (logits.double() / self.temperature).softmax(dim=-1).cumsum(dim=-1)
        if not bool(below[:, -1].isfinite().all()):
            raise ValueError("a probability is not a number; float32 or bfloat16 reach further")
        place = torch.stack(draws).to(below)[:, None] * below[:, -1:]
        return torch.searchsorted(below, place, right=True)[:, 0]


def greedy(logits: Float[Tensor, "row vocab"], active: Sequence[int]) -> Int[Tensor, " row"]:
    """The most probable token of each row."""
    del active
    tokens: Tensor = logits.argmax(dim=-1)
    return tokens
