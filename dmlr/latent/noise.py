"""Where all randomness of a sample comes from."""

import hashlib

import torch
from jaxtyping import Float
from torch import Tensor


class SampleNoise:
    """Draws of one sample, on the CPU, so that neither batch, order nor device changes them.

    The noise xi has a generator of its own; ``chance`` is for the controls that draw something else,
    which so leave the noise as it is.
    """

    def __init__(self, run_seed: int, sample_id: str, *, fixed: bool = False) -> None:
        """Seed by run and sample, or, as the released code does, by the run alone (``fixed``)."""
        self._xi = _generator(f"{run_seed}/{sample_id}")
        if fixed:
            self._xi.manual_seed(run_seed)
        self.chance = _generator(f"{run_seed}/{sample_id}/chance")

    def xi(self, think_tokens: int, hidden: int) -> Float[Tensor, "think hidden"]:
        """Standard normal noise for all think tokens."""
        return torch.randn(think_tokens, hidden, generator=self._xi, device="cpu")

    def other(self, think_tokens: int, hidden: int) -> Float[Tensor, "think hidden"]:
        """Standard normal numbers that no step uses."""
        return torch.randn(think_tokens, hidden, generator=self.chance, device="cpu")

    def permutation(self, count: int) -> list[int]:
        """The numbers below ``count`` in a drawn order."""
        order: list[int] = torch.randperm(count, generator=self.chance, device="cpu").tolist()
        return order


def _generator(name: str) -> torch.Generator:
    seed = hashlib.sha256(name.encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(seed[:8], "big") >> 1)
