import torch

from dmlr.latent.injection import count, interleave, most_attended, with_candidates


def test_patches_stand_right_behind_their_think_token():
    think = torch.tensor([[1.0, 0, 0], [2, 0, 0]])
    features = torch.tensor([[0, 10.0, 0], [0, 11, 0], [0, 12, 0], [0, 13, 0], [0, 14, 0]])
    found = interleave(think, ((3, 1), (4,)), features)
    assert found.embeds.sum(dim=1).tolist() == [1, 13, 11, 2, 14]
    assert found.places == (0, 3)


def test_no_patches_leave_the_think_tokens_alone():
    think = torch.eye(3)
    found = interleave(think, ((), (), ()), torch.zeros(5, 3))
    assert torch.equal(found.embeds, think)
    assert found.places == (0, 1, 2)


def test_most_attended_skips_what_is_held_and_breaks_ties_by_reading_order():
    attention = torch.tensor([0.1, 0.3, 0.2, 0.3, 0.1])
    assert most_attended(attention, 3) == (1, 3, 2)
    assert most_attended(attention, 3, taken=(3, 0)) == (1, 2, 4)
    assert most_attended(attention, 9, taken=(1, 2, 3)) == (0, 4)
    assert most_attended(attention, 0) == ()


def test_candidates_come_before_the_best_patches_of_their_token_only():
    best = ((5,), (7, 2), ())
    assert with_candidates(best, 1, (4, 0)) == ((5,), (4, 0, 7, 2), ())
    assert count(with_candidates(best, 1, (4, 0))) == 5
