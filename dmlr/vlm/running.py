"""A batch in the middle of its decoding: what its rows have seen so far, and where they go on."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from dmlr.vlm.attention import AttentionRows
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block
from dmlr.vlm.prefix import Prefix


class Running:
    """Rows that continue their prefixes, which are left as they were.

    The rows stand in one cache, so what one of them is given takes places in all of them; nobody sees
    the places that hold none of a row's own tokens.

    Attributes:
        vlm: the model.
        active: number of each row in the batch of prefixes; rows that have ended are gone.
        image_columns: where the image tokens of each row stand, padded with 0.
        position: of the next text token of each row, the same on M-RoPE's three axes.
    """

    def __init__(self, vlm: VisionLanguageModel, prefix: Prefix) -> None:
        """Args: the model, and the batch of prefixes."""
        self.vlm, self.active = vlm, list(range(len(prefix)))
        self.image_columns: Int[Tensor, "row patch"] = prefix.image_columns
        self.position: Int[Tensor, " row"] = prefix.next_position
        self._cache, self._valid = prefix.cache.fork(), prefix.valid

    def __len__(self) -> int:
        """Rows that go on."""
        return len(self.active)

    def keep(self, kept: list[int]) -> None:
        """Let all other rows leave, by their index among those that are left."""
        index = torch.tensor(kept, device=self.vlm.device)
        self.active = [self.active[row] for row in kept]
        self.image_columns, self.position = self.image_columns[index], self.position[index]
        self._cache, self._valid = self._cache.rows(index), self._valid[index]

    def append_tokens(
        self, tokens: Int[Tensor, " row"], attention: AttentionRows | None = None
    ) -> Float[Tensor, "row hidden"]:
        """Run one text token of each row, as ``append`` does."""
        block = Block(self.vlm.embed(tokens)[:, None], [1] * len(self))
        return self.append(block, attention=attention)

    def append(
        self,
        block: Block,
        positions: Int[Tensor, "3 row seq"] | None = None,
        attention: AttentionRows | None = None,
    ) -> Float[Tensor, "row hidden"]:
        """Run what follows; the hidden state of each row's last token.

        Args:
            block: the tokens. A row that has none stays as it was, and its state means nothing.
            positions: on M-RoPE's three axes; None: they are text.
            attention: collects the attention of the tokens where it is given.
        """
        count, valid = block.embeds.shape[1], block.valid
        if positions is None:
            places = torch.arange(count, device=valid.device)
            positions = (self.position[:, None] + places).expand(3, -1, -1)
        hidden = self.vlm.run(block, positions, self._cache, self._mask(count), attention)
        self._valid = torch.cat([self._valid, valid], dim=1)
        ends = positions.amax(dim=0).masked_fill(~valid, -1).amax(dim=1) + 1
        self.position = torch.maximum(self.position, ends)
        lengths = torch.tensor(block.lengths, device=valid.device)
        return hidden[torch.arange(len(self), device=valid.device), (lengths - 1).clamp(min=0)]

    def _mask(self, count: int) -> Bool[Tensor, "row count key"]:
        """Each token sees its row's own past and the new tokens up to itself."""
        causal = self._valid.new_ones(count, count).tril()
        past = self._valid[:, None].expand(-1, count, -1)
        return torch.cat([past, causal.expand(len(self), -1, -1)], dim=2)
