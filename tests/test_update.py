import pytest
import torch

from dmlr.latent.noise import SampleNoise
from dmlr.latent.update import reinforce, weight


def test_reinforce_by_hand():
    # eta R xi / sigma^2 = 0.5 * R * xi / 4
    noise = torch.tensor([[[2.0, -4.0]], [[8.0, 0.0]]])
    found = reinforce(noise, [3.0, -1.0], sigma=2.0, rate=0.5)
    assert found.tolist() == [[[0.75, -1.5]], [[-1.0, 0.0]]]


HISTORY = [2.0, 5.0, 11.0]


@pytest.mark.parametrize(
    ("kind", "first", "third"),
    [
        ("reinforce", 2.0, 11.0),
        ("antithetic", 2.0, 11.0),
        ("none", 0.0, 0.0),
        ("constant_reward", 2.0, 2.0),
        ("mean_baseline", 0.0, 11.0 - 3.5),
    ],
)
def test_what_stands_for_the_reward(kind, first, third):
    assert weight(HISTORY[:1], SampleNoise(1, "a"), kind=kind) == first
    assert weight(HISTORY, SampleNoise(1, "a"), kind=kind) == third


def test_a_shuffled_reward_is_one_of_an_earlier_step_and_leaves_the_noise_alone():
    noise, plain = SampleNoise(1, "a"), SampleNoise(1, "a")
    drawn = {weight(HISTORY, noise, kind="shuffled_reward") for _ in range(40)}
    assert drawn == {2.0, 5.0}
    assert torch.equal(noise.xi(2, 3), plain.xi(2, 3))


def test_noise_depends_on_run_and_sample_alone():
    keys = [(1, "a/1"), (2, "a/1"), (1, "a/2")]
    drawn = [tuple(SampleNoise(*key).xi(1, 3)[0].tolist()) for key in keys]
    assert len(set(drawn)) == 3
    assert tuple(SampleNoise(1, "a/1").xi(1, 3)[0].tolist()) == drawn[0]


def test_fixed_seeding_is_that_of_the_released_code():
    torch.manual_seed(42)
    expected = torch.randn(2, 3)
    for sample in ("a/1", "a/2"):
        assert torch.equal(SampleNoise(42, sample, fixed=True).xi(2, 3), expected)
