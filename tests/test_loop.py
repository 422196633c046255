import pytest
import torch

from dmlr import prompts
from dmlr.latent.injection import count
from dmlr.latent.loop import optimise
from dmlr.latent.noise import sample_generator
from dmlr.vlm.qwen2_5_vl import THINK
from tests import oracle
from tests.test_vlm import noise_image
from tests.tiny import dmlr_profile


@pytest.fixture(scope="module")
def case(vlm):
    image = vlm.encode_image(noise_image(5, 3))
    turns = prompts.messages("Which one?", ["left", "right"], think_block=THINK * 3)
    prompt = vlm.prompt(turns, image, think_tokens=3)
    return image, prompt, vlm.prefill(prompt, image), vlm.embed(prompt.think)


@pytest.mark.parametrize(
    "changes",
    [{}, {"patches_max": 7}, {"patches_initial": 0}, {"learning_rate": 0.5, "top_k": 2}],
    ids=str,
)
def test_the_loop_equals_the_naive_algorithm(vlm, case, changes):
    image, prompt, prefix, think = case
    profile = dmlr_profile(**changes)
    found = optimise(vlm, prefix, think, profile, sample_generator(7, "a/1"))
    best, best_think, best_reward, best_step, rewards = oracle.optimise(
        vlm, prompt, image, think, profile, sample_generator(7, "a/1")
    )
    assert [list(chosen) for chosen in found.best.patches] == best
    assert found.best.step == best_step
    assert found.best.reward == pytest.approx(best_reward, abs=1e-5)
    torch.testing.assert_close(found.best.think, best_think)
    assert [found.initial.reward, *(s.reward for s in found.steps)] == pytest.approx(
        rewards, abs=1e-5
    )


def test_the_best_state_never_gets_worse_and_patches_stay_within_the_budget(vlm, case):
    _, _, prefix, think = case
    profile = dmlr_profile(steps=7, patches_max=11)
    found = optimise(vlm, prefix, think, profile, sample_generator(3, "a/1"))
    assert found.best.reward >= found.initial.reward
    assert found.best.reward == max(found.initial.reward, *(step.reward for step in found.steps))
    assert count(found.best.patches) <= 11
    assert all(len(set(chosen)) == len(chosen) for chosen in found.best.patches)
    assert [step.sigma for step in found.steps] == pytest.approx([0.1 * 0.95**t for t in range(7)])


def test_one_step_forwards_one_pass_for_the_attention_and_one_per_think_token(vlm, case):
    _, _, prefix, think = case
    before = vlm.passes
    optimise(vlm, prefix, think, dmlr_profile(steps=5), sample_generator(3, "a/1"))
    assert vlm.passes - before == 2 + 5 * (1 + 3)


def test_no_steps_leave_the_think_tokens_as_they_were(vlm, case):
    _, _, prefix, think = case
    found = optimise(vlm, prefix, think, dmlr_profile(steps=0), sample_generator(3, "a/1"))
    assert torch.equal(found.best.think, think)
    assert (found.best.step, found.steps) == (-1, [])


def test_the_reward_sees_the_image(vlm, case):
    _, prompt, prefix, think = case
    other = vlm.prefill(prompt, vlm.encode_image(noise_image(5, 3, seed=9)))
    profile = dmlr_profile(steps=1)
    one, two = (optimise(vlm, p, think, profile, sample_generator(3, "x")) for p in (prefix, other))
    assert abs(one.initial.reward - two.initial.reward) > 1e-4


def test_noise_depends_on_run_and_sample_alone():
    def draw(seed, sample):
        return torch.randn(3, generator=sample_generator(seed, sample)).tolist()

    assert draw(1, "a/1") == draw(1, "a/1")
    assert len({tuple(draw(*pair)) for pair in [(1, "a/1"), (2, "a/1"), (1, "a/2")]}) == 3
