"""The reward: how sure the model is at the think tokens (paper, confidence reward)."""

import torch
from jaxtyping import Float
from torch import Tensor


def truncated_entropy(
    logits: Float[Tensor, "think vocab"], *, top_k: int
) -> Float[Tensor, " think"]:
    """H_k(P_i) = -sum over the k most probable next tokens of P_i(w) log P_i(w), in nats.

    Choice: the k probabilities are not renormalised; the paper's formula has P_i itself.
    """
    log_probabilities = logits.log_softmax(dim=-1)
    top = log_probabilities.topk(min(top_k, logits.shape[-1]), dim=-1).values
    return -(top.exp() * top).sum(dim=-1)


def confidence(logits: Float[Tensor, "think vocab"], *, top_k: int) -> Float[Tensor, ""]:
    """R = 1 - mean over the think positions of their truncated entropy; at most 1."""
    return 1 - torch.mean(truncated_entropy(logits, top_k=top_k))
