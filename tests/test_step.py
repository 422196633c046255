"""What a step costs, and that samples of a batch share nothing but passes."""

import pytest
import torch

from dmlr.latent.profile import Dmlr
from dmlr.methods import dmlr
from dmlr.methods.answer import Question
from tests.cases import noise_image

L, M = 3, 2  # think tokens, patches of each


@pytest.fixture(scope="module")
def questions(vlm):
    grids = [(5, 3), (2, 2), (3, 7)]
    images = [vlm.encode_image(noise_image(vlm, *g, seed=k)) for k, g in enumerate(grids)]
    return [Question(f"a/{k}", "Which? " * (k + 1), [], [image]) for k, image in enumerate(images)]


def profile(**fields):
    return Dmlr(**{"method": "dmlr", "think_tokens": L, "top_k": 7, "max_new_tokens": 1} | fields)


def cost(vlm, questions, **fields):
    """Passes and tokens of a row that one more step takes."""

    def spent(steps):
        before = vlm.passes, vlm.tokens
        dmlr.answer(vlm, questions, profile(steps=steps, **fields), 3)
        return vlm.passes - before[0], vlm.tokens - before[1]

    one, more = spent(1), spent(2)
    return more[0] - one[0], more[1] - one[1]


def test_a_joint_step_is_two_passes_over_the_tokens_that_matter(vlm, questions):
    # Patches behind the last think token cannot reach the reward, so they are not forwarded.
    found = cost(vlm, questions[:1], acceptance="joint", patches_added=0)
    assert found == (2, L + (L + M * (L - 1)))


def test_the_token_behind_is_forwarded_only_where_the_reward_reads_it(vlm, questions):
    fields = {"acceptance": "joint", "patches_added": 0, "reward_span": "think_inclusive"}
    assert cost(vlm, questions[:1], **fields) == (2, L + (L + M * L + 1))


def test_a_step_of_algorithm_1_is_one_pass_and_one_for_each_think_token(vlm, questions):
    passes, _ = cost(vlm, questions[:1], patches_max=None, reward_span="think_inclusive")
    assert passes == 1 + L


def test_a_sequence_that_was_tried_in_the_step_is_not_run_again(vlm, questions):
    # Nothing may be injected, so all L rounds would try the think tokens alone.
    assert cost(vlm, questions[:1], patches_max=0) == (2, 2 * L)


def test_a_samples_passes_and_tokens_are_its_own(vlm, questions):
    fields = {"steps": 9, "patches_max": 13}
    together = dmlr.answer(vlm, questions, profile(**fields), 3)
    alone = [dmlr.answer(vlm, [question], profile(**fields), 3)[0] for question in questions]
    assert [found.cost for found in together] == [found.cost for found in alone]
    assert len({found.cost for found in together}) > 1


def test_a_step_without_injection_looks_at_nothing(vlm, questions):
    assert cost(vlm, questions[:1], acceptance="joint", injection="none") == (1, L)


def test_a_batch_takes_as_many_passes_as_one_sample(vlm, questions):
    alone = cost(vlm, questions[:1], acceptance="joint", patches_added=0)
    assert cost(vlm, questions, acceptance="joint", patches_added=0) == alone


def test_a_sample_that_reaches_the_threshold_leaves_the_batch(vlm, questions):
    free = dmlr.answer(vlm, questions, profile(steps=7), 3)
    highest = [[step.reward for step in found.search.steps] for found in free]
    threshold = sorted(max(rewards) for rewards in highest)[1]  # two of the three reach it
    stopped = dmlr.answer(vlm, questions, profile(steps=7, reward_threshold=threshold - 1e-4), 3)
    for found, rewards in zip(stopped, highest, strict=True):
        above = [number for number, reward in enumerate(rewards) if reward >= threshold - 1e-4]
        assert len(found.search.steps) == (above[0] + 1 if above else 7)
        steps = len(found.search.steps)
        assert [s.reward for s in found.search.steps] == pytest.approx(rewards[:steps], abs=1e-5)


def test_the_best_state_never_gets_worse_and_patches_stay_within_the_limit(vlm, questions):
    for found in dmlr.answer(vlm, questions, profile(steps=7, patches_max=7), 3):
        search = found.search
        rewards = [step.reward for step in search.steps]
        assert search.best.reward == max(search.initial.reward, *rewards)
        assert sum(map(len, search.best.patches)) <= 7
        assert all(len(set(chosen)) == len(chosen) for chosen in search.best.patches)


def test_no_steps_leave_the_think_tokens_as_they_stand_in_the_prompt(vlm, questions):
    (found,) = dmlr.answer(vlm, questions[:1], profile(steps=0), 3)
    assert torch.equal(found.search.best.think, vlm.embed(found.prompt.think))
    assert (found.search.best.step, found.search.steps) == (-1, [])


@pytest.mark.parametrize(("context", "sees"), [("image", True), ("placeholder", False)])
def test_the_reward_sees_the_image_or_not(vlm, context, sees):
    def rewards(seed):
        image = vlm.encode_image(noise_image(vlm, 5, 3, seed=seed))
        fields = {"reward_context": context, "injection": "none", "steps": 2}
        question = Question("x", "Which?", [], [image])
        (found,) = dmlr.answer(vlm, [question], profile(acceptance="joint", **fields), 3)
        return [step.reward for step in found.search.steps]

    assert (rewards(1) != rewards(9)) is sees


def test_all_patches_stand_behind_every_think_token_whatever_the_budget(vlm, questions):
    (found,) = dmlr.answer(vlm, questions[:1], profile(injection="all", steps=2), 3)
    assert [len(chosen) for chosen in found.search.best.patches] == [15, 15, 15]


def test_without_an_image_there_is_nothing_to_inject(vlm):
    question = Question("x", "What is 2 + 3?", [], [])
    (found,) = dmlr.answer(vlm, [question], profile(steps=2), 3)
    assert [step.patch_count for step in found.search.steps] == [0, 0]
