"""The reward: how sure the model is at the think tokens (paper, confidence reward)."""

import torch
from jaxtyping import Float
from torch import Tensor


def confidence(
    logits: Float[Tensor, "row place vocab"], *, kind: str, top_k: int
) -> Float[Tensor, " row"]:
    """The reward of each row's sequence, from the next-token logits at the places it reads.

    ``truncated_entropy``: R = 1 - mean_i H_k(P_i), the paper's; at most 1.
    ``truncated_doubt``: minus that (a control).
    ``topk_negative_log``: the mean over places of the mean of -log(P_i + 1e-10) over the k most probable
    tokens, the released code's; at least 0, and higher the *less* sure the model is of them.
    """
    if kind != "topk_negative_log":
        found = 1 - truncated_entropy(logits, top_k=top_k).mean(dim=1)
        return found if kind == "truncated_entropy" else -found
    top = logits.softmax(dim=-1).topk(min(top_k, logits.shape[-1]), dim=-1).values
    return -torch.log(top + 1e-10).mean(dim=(1, 2))


def truncated_entropy(
    logits: Float[Tensor, "*place vocab"], *, top_k: int
) -> Float[Tensor, "*place"]:
    """H_k(P_i) = -sum over the k most probable next tokens of P_i(w) log P_i(w), in nats.

    Choice: the k probabilities are not renormalised; the paper's formula has P_i itself.
    """
    log_probabilities = logits.log_softmax(dim=-1)
    top = log_probabilities.topk(min(top_k, logits.shape[-1]), dim=-1).values
    return -(top.exp() * top).sum(dim=-1)
