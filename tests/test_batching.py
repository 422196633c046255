import pytest
import torch

from dmlr.latent.profile import Dmlr
from dmlr.methods.batching import batch_size, bytes_per_row, in_batches
from dmlr.settings import Vanilla
from dmlr.vlm.memory import out_of_memory

VANILLA = Vanilla(method="vanilla", prompt="unified", max_new_tokens=2048)
TOO_MUCH = 2**61  # bytes that no machine has


def allocating(limit):
    """A run that takes real memory, more than there is for batches above the limit."""
    sizes = []

    def run(rows):
        sizes.append(len(rows))
        torch.empty(TOO_MUCH if len(rows) > limit else len(rows), dtype=torch.uint8)
        return [f"answer {row}" for row in rows]

    return run, sizes


def test_out_of_memory_halves_the_batch_and_goes_on_with_that(capsys):
    run, sizes = allocating(3)
    kept = []
    in_batches(range(11), 8, run, kept.append)
    assert kept == [f"answer {row}" for row in range(11)]
    assert sizes == [8, 4, 2, 2, 2, 2, 2, 1]
    assert capsys.readouterr().err.splitlines() == [
        "out of memory with 8 samples at once; going on with 4",
        "out of memory with 4 samples at once; going on with 2",
    ]


def test_one_sample_that_does_not_fit_alone_is_an_error():
    run, sizes = allocating(0)
    kept = []
    with pytest.raises(RuntimeError) as error:
        in_batches(range(2), 2, run, kept.append)
    assert kept == []
    assert out_of_memory(error.value)
    assert sizes == [2, 1]


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    def run(rows):
        return torch.zeros(2, 3) @ torch.zeros(2, 3)

    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        in_batches(range(4), 4, run, print)


def test_auto_is_bounded_by_memory_and_a_wanted_size_is_taken(vlm):
    assert batch_size(vlm, VANILLA, image_tokens=15, wanted=5) == 5
    assert batch_size(vlm, VANILLA, image_tokens=15, wanted=None) == 8
    assert batch_size(vlm, VANILLA, image_tokens=10**12, wanted=None) == 1


def test_a_row_costs_its_keys_and_values_once_per_context(vlm):
    # shapes-1m's architecture: 2 x 4 layers x 2 heads x 32 x 4 bytes = 2048 bytes per token, doubled
    paper, tokens = Dmlr(method="dmlr"), 1009
    blind = Dmlr(method="dmlr", reward_context="placeholder")
    more = bytes_per_row(vlm, blind, tokens) - bytes_per_row(vlm, paper, tokens)
    assert more == 2 * 2048 * tokens
    assert bytes_per_row(vlm, paper, tokens) == bytes_per_row(vlm, VANILLA, tokens)
