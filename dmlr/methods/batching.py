"""How many samples go through the model together, and what happens when that was too many."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

from dmlr.latent.profile import Dmlr
from dmlr.progress import say
from dmlr.settings import Icot, Profile, SelfConsistency
from dmlr.vlm.memory import out_of_memory, room
from dmlr.vlm.model import VisionLanguageModel

LARGEST = {"cpu": 8, "cuda": 32}  # more gains little, and a kill loses the batch that runs
SHARE = 0.6  # of the free memory; the rest is for what the model of cost leaves out
TEXT_TOKENS = 768  # of a long prompt
NEW_TOKENS = 512  # of a long reply; a longer one that does not fit halves the batch

Row = TypeVar("Row")
Made = TypeVar("Made")


def batch_size(
    vlm: VisionLanguageModel, profile: Profile, *, image_tokens: int, wanted: int | None
) -> int:
    """Rows of a batch: ``wanted``, or as many as ``bytes_per_row`` lets into the free memory."""
    if wanted is not None:
        return wanted
    tokens = image_tokens + TEXT_TOKENS + min(profile.max_new_tokens, NEW_TOKENS)
    fitting = int(SHARE * room(vlm.device)[0] / bytes_per_row(vlm, profile, tokens))
    return max(1, min(fitting, LARGEST.get(vlm.device.type, LARGEST["cpu"])))


def bytes_per_row(vlm: VisionLanguageModel, profile: Profile, tokens: int) -> int:
    """The model of cost: what a row of so many tokens takes at its peak.

    Keys and values of every layer, once per context that is kept (the released profiles keep two, some
    controls too), and again while a batch loses rows; one layer of the prefill (hidden states, the MLP's
    inner states, the packed mask); and logits of 16 places. Left out: the graph of the updates
    by gradient, and that a block of method icot in one row takes its places in all rows.
    """
    config, size = vlm.config, vlm.dtype.itemsize
    contexts = 1
    if isinstance(profile, Dmlr):
        contexts += profile.reward_context == "placeholder"
        contexts += profile.decoded == "foreign"
        contexts += profile.optimised_on != "image"
    if isinstance(profile, SelfConsistency):
        contexts += 1
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    if isinstance(profile, Dmlr) and profile.injection == "all":
        tokens *= 1 + profile.think_tokens
    if isinstance(profile, Icot):
        tokens += profile.blocks * (profile.patches + 2)
    kept = 2 * config.num_hidden_layers * config.num_key_value_heads * head * size
    layer = (6 * config.hidden_size + 3 * config.intermediate_size) * size
    mask = tokens * config.num_attention_heads // config.num_key_value_heads
    found: int = tokens * (2 * contexts * kept + layer + mask) + 4 * 16 * config.vocab_size
    return found


def in_batches(
    rows: Sequence[Row],
    size: int,
    run: Callable[[Sequence[Row]], Sequence[Made]],
    keep: Callable[[Made], None],
) -> None:
    """Run all rows, in batches of ``size``; a batch that runs out of memory is halved and run again.

    Args:
        rows: in the order in which they go into batches.
        size: rows of a batch.
        run: makes something of each row of a batch.
        keep: called once per row, in order, as soon as its batch is done.

    Raises:
        RuntimeError: or MemoryError, where one row alone does not fit.
    """
    done = 0
    while done < len(rows):
        batch = rows[done : done + size]
        try:
            made = run(batch)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error) or len(batch) == 1:
                raise
        else:
            for one in made:
                keep(one)
            done += len(batch)
            continue
        # Outside the handler: the error would keep the failed batch's tensors alive.
        size = len(batch) // 2
        say(f"out of memory with {len(batch)} samples at once; going on with {size}")
        _release()


def _release() -> None:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
