"""The two passes of a step: the think tokens' attention to the image, and a sequence's reward."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent.confidence import confidence
from dmlr.latent.injection import Patches, Ranking
from dmlr.latent.noise import SampleNoise
from dmlr.latent.profile import Dmlr
from dmlr.latent.sequence import Bank, Label, interleave
from dmlr.vlm.attention import AttentionRows
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.prefix import Prefix


@dataclass(frozen=True)
class Contexts:
    """The prefixes of a batch: with its images, and what the reward's passes see instead."""

    image: Prefix
    reward: Prefix

    def rows(self, kept: Sequence[int]) -> "Contexts":
        """Some rows of the batch."""
        image = self.image.rows(kept)
        return Contexts(image, image if self.reward is self.image else self.reward.rows(kept))


@dataclass(frozen=True)
class Evaluator:
    """Looks at the image through the think tokens of a batch and rewards its sequences."""

    vlm: VisionLanguageModel
    contexts: Contexts
    bank: Bank
    profile: Dmlr

    @torch.no_grad()
    def look(
        self,
        think: Float[Tensor, "row think hidden"],
        noises: Sequence[SampleNoise],
        *,
        reward: bool,
    ) -> tuple[list[Ranking], list[float] | None]:
        """Each think token's order of the patches, and R(T) without patches where the pass gives it.

        The order is by attention, or drawn where the profile injects random patches. The reward comes
        with it where it is asked for and sees the image as the attention does, else it is None.
        """
        counts, tokens = self.contexts.image.patch_counts, self.profile.think_tokens
        if self.profile.injection == "random":
            drawn: list[Ranking] = [
                [noise.permutation(n) for _ in range(tokens)]
                for noise, n in zip(noises, counts, strict=True)
            ]
            return drawn, None
        nothing: list[Patches] = [((),) * tokens for _ in counts]
        shared = reward and self.contexts.reward is self.contexts.image
        labels = self.read_part(nothing[0]) if shared else interleave(nothing[0]).labels
        rows = AttentionRows()
        block = self.bank.block(think, [labels] * len(counts))
        hidden = self.vlm.step(self.contexts.image, block, rows=rows)
        attention = rows.at(self.contexts.image.image_columns)[:, :tokens]
        found = self._confidence(hidden, nothing).tolist() if shared else None
        return _ranked(attention, counts), found

    @torch.no_grad()
    def rewards(
        self, think: Float[Tensor, "row think hidden"], patches: Sequence[Patches]
    ) -> list[float]:
        """The reward of each row's sequence."""
        found: list[float] = self._rewards(think, patches).tolist()
        return found

    def gradients(
        self, think: Float[Tensor, "row think hidden"], patches: Sequence[Patches]
    ) -> Float[Tensor, "row think hidden"]:
        """The gradient of each row's reward in its think tokens, patches as they are."""
        with torch.enable_grad():
            leaf = think.detach().requires_grad_(True)
            total = self._rewards(leaf, patches).sum()  # rows do not see one another
            return torch.autograd.grad(total, leaf)[0]

    def read_part(self, patches: Patches) -> tuple[Label, ...]:
        """The sequence up to the last place that the reward reads: nothing behind it can matter."""
        labels = (*self._labels(patches), ("rest", 0))
        return labels[: max(self._places(patches)) + 1]

    def length(self, patches: Patches) -> int:
        """Tokens that a pass for the reward of this sequence runs."""
        return len(self.read_part(patches))

    def rows(self, kept: Sequence[int]) -> "Evaluator":
        """Some rows of the batch."""
        return Evaluator(self.vlm, self.contexts.rows(kept), self.bank.rows(kept), self.profile)

    def _labels(self, patches: Patches) -> tuple[Label, ...]:
        return interleave(patches, track_positions=self.profile.track_positions).labels

    def _places(self, patches: Patches) -> tuple[int, ...]:
        found = interleave(patches, track_positions=self.profile.track_positions)
        if self.profile.reward_span == "think":
            return found.places
        behind = len(found.labels) if self.profile.track_positions else len(patches)
        return (*found.places, behind)

    def _rewards(self, think: Tensor, patches: Sequence[Patches]) -> Float[Tensor, " row"]:
        block = self.bank.block(think, [self.read_part(row) for row in patches])
        return self._confidence(self.vlm.step(self.contexts.reward, block), patches)

    def _confidence(self, hidden: Tensor, patches: Sequence[Patches]) -> Float[Tensor, " row"]:
        places = torch.tensor([self._places(row) for row in patches], device=hidden.device)
        read = hidden.gather(1, places[..., None].expand(-1, -1, hidden.shape[-1]))
        logits = self.vlm.logits(read)
        return confidence(logits, kind=self.profile.reward, top_k=self.profile.top_k)


def _ranked(attention: Float[Tensor, "row think patch"], counts: Sequence[int]) -> list[Ranking]:
    """Patches by attention, highest first, ties in reading order; padding left out."""
    order = attention.argsort(dim=-1, descending=True, stable=True).tolist()
    return [
        [[patch for patch in token if patch < count] for token in row]
        for row, count in zip(order, counts, strict=True)
    ]
