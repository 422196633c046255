import torch

from dmlr.latent.sequence import Bank, Injectable, interleave


def shown(found):
    return " ".join(f"{kind[0]}{number}" for kind, number in found.labels), found.places


def test_patches_stand_right_behind_their_think_token():
    assert shown(interleave(((3, 1), (), (4,)))) == ("t0 p3 p1 t1 t2 p4", (0, 3, 4))


def test_without_tracking_think_tokens_are_written_over_what_stands_first():
    found = interleave(((3, 1), (), (4,)), track_positions=False)
    assert shown(found) == ("t0 t1 t2 t1 t2 p4", (0, 1, 2))


def bank(levels):
    """Rows of 3 and 1 patches, of 1 and 2 tokens of rest; every number is its own embedding."""

    def row(first, patches, rest):
        embeds = torch.arange(first, first + patches).float()[:, None].expand(-1, 5)
        deepstack = torch.stack([embeds * 100**k for k in range(1, levels + 1)] or [embeds])[
            :levels
        ]
        return Injectable(embeds, deepstack), torch.full((rest, 5), first - 1.0)

    rows = [row(11, 3, 1), row(21, 1, 2)]
    return Bank.of(2, [patches for patches, _ in rows], [rest for _, rest in rows])


THINK = torch.tensor([[1.0, 2.0], [3.0, 4.0]])[..., None].expand(-1, -1, 5)
SEQUENCES = [
    [("think", 0), ("patch", 2), ("patch", 0), ("think", 1), ("rest", 0)],
    [("think", 1), ("patch", 0), ("rest", 1)],
]


def test_labels_become_embeddings_padded_on_the_right():
    block = bank(0).block(THINK, SEQUENCES)
    assert block.embeds[..., 0].tolist() == [[1, 13, 11, 2, 10], [4, 21, 20, 0, 0]]
    assert block.lengths == [5, 3]
    assert block.valid.tolist() == [[True] * 5, [True] * 3 + [False] * 2]
    assert block.deepstack is None


def test_deepstack_levels_stand_at_patches_only():
    block = bank(2).block(THINK, SEQUENCES)
    assert block.deepstack[..., 0].tolist() == [
        [[0, 1300, 1100, 0, 0], [0, 2100, 0, 0, 0]],
        [[0, 130000, 110000, 0, 0], [0, 210000, 0, 0, 0]],
    ]
    assert bank(2).block(THINK, [[("think", 0)]] * 2).deepstack is None


def test_rows_of_a_bank_are_those_of_the_batch():
    block = bank(2).rows([1]).block(THINK[1:], SEQUENCES[1:])
    assert block.embeds[..., 0].tolist() == [[4, 21, 20]]
    assert block.deepstack[1, ..., 0].tolist() == [[0, 210000, 0]]
