"""Embeddings of one sample on a plane (the paper's Figure 10)."""

import torch
from jaxtyping import Float
from torch import Tensor


def components(rows: Float[Tensor, "row hidden"]) -> Float[Tensor, "row 2"]:
    """Rows on their first two principal components, in float64.

    Choice: principal components rather than t-SNE, which depends on its start and keeps no distances.
    A component has no sign of its own: its largest weight is made positive.
    """
    centred = rows.double() - rows.double().mean(dim=0)
    _, _, axes = torch.linalg.svd(centred, full_matrices=False)
    plane = axes[:2]
    largest = plane.gather(1, plane.abs().argmax(dim=1, keepdim=True))
    found: Tensor = centred @ (plane * largest.sign()).T
    return found
