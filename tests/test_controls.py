"""Every control of config/profiles-controls.yaml changes what it should, and nothing else."""

from pathlib import Path

import pytest
import torch
import yaml

from dmlr.latent.confidence import truncated_entropy
from dmlr.latent.noise import SampleNoise
from dmlr.latent.profile import Dmlr
from dmlr.methods import dmlr
from dmlr.methods.answer import Question
from dmlr.methods.prepared import prepare
from tests.cases import noise_image
from tests.test_experiments import ROOT

CATALOG = yaml.safe_load((ROOT / "config/profiles-controls.yaml").read_text())["profile_catalog"]
SMALL = {"think_tokens": 3, "steps": 5, "top_k": 7, "patches_max": 11, "max_new_tokens": 5}
GRID = (5, 3)


def control(name, **changes):
    """The control at the size of the tests; what it changes it still changes."""
    return Dmlr(**({"method": "dmlr"} | SMALL | CATALOG.get(name, {}) | changes))


@pytest.fixture(scope="module")
def images(vlm):
    return [vlm.encode_image(noise_image(vlm, *GRID, seed=seed)) for seed in (1, 9)]


@pytest.fixture(scope="module")
def run(vlm, images):
    """Answer about one of the images, or about none."""

    def answered(profile, image=0):
        shown = [] if image is None else [images[image]]
        return dmlr.answer(
            vlm, [Question("a/1", "Which one?", ["left", "right"], shown)], profile, 3
        )[0]

    return answered


@pytest.fixture(scope="module")
def plain(run):
    return run(control("dmlr-paper"))


def rewards(outcome):
    return [outcome.search.initial.reward, *(step.reward for step in outcome.search.steps)]


def searched(outcome):
    """Everything that the optimisation found, for a comparison of whole searches."""
    best = outcome.search.best
    return rewards(outcome), outcome.search.history, best.step, best.patches, best.think.tolist()


def weights(outcome):
    """What stood for R in each update: its length, over that of eta xi / sigma^2."""
    noise, profile = SampleNoise(3, "a/1"), control("dmlr-paper")
    found = []
    for number, (_, update) in enumerate(outcome.search.norms_by_step()):
        sigma = profile.sigma * profile.sigma_decay**number
        xi = sigma * noise.xi(3, outcome.search.last.shape[1])
        found.append(update / float(profile.learning_rate * xi.norm() / sigma**2))
    return found


def test_plain_dmlr_moves_by_its_rewards(plain):
    assert weights(plain) == pytest.approx(plain.search.history, rel=1e-4)
    assert len({round(reward, 4) for reward in plain.search.history}) == 5


def test_tokens_only_decodes_the_tokens_as_they_stand_in_the_prompt(vlm, run):
    found = run(control("tokens-only", steps=0))
    assert torch.equal(found.search.best.think, vlm.embed(found.prompt.think))
    assert found.search.best.patches == ((), (), ())
    reply = len(found.reply.ids)
    # The prompt, the start's one reward, and the reply: no other token was run.
    assert found.cost.tokens == len(found.prompt.ids) + 3 + reply - 1


def test_a_random_walk_goes_by_its_first_reward(plain, run):
    found = run(control("random-walk"))
    assert weights(found) == pytest.approx([plain.search.history[0]] * 5, rel=1e-4)
    assert rewards(found)[:2] == rewards(plain)[:2]  # the noise is the same


def test_shuffled_rewards_are_those_of_earlier_steps(plain, run):
    found = run(control("shuffled-rewards", steps=5))
    history = found.search.history
    for number, weight in enumerate(weights(found)):
        earlier = history[:number] or history[:1]
        assert any(weight == pytest.approx(reward, rel=1e-4) for reward in earlier)
    assert rewards(found)[:2] == rewards(plain)[:2]


def test_selection_only_leaves_the_tokens_where_they_are(vlm, plain, run):
    found = run(control("selection-only"))
    assert weights(found) == [0.0] * 5
    assert torch.equal(found.search.last, vlm.embed(found.prompt.think))
    assert rewards(found)[:2] == rewards(plain)[:2]


def test_antithetic_pairs_take_half_the_difference(plain, run):
    found = run(control("antithetic"))
    assert weights(found) == pytest.approx([abs(half) for half in found.search.history], rel=1e-3)
    assert all(
        abs(half) < abs(whole)
        for half, whole in zip(found.search.history, plain.search.history, strict=True)
    )
    assert found.cost.passes == plain.cost.passes + 5  # T - xi, once a step
    assert rewards(found)[:2] == rewards(plain)[:2]


def test_a_mean_baseline_takes_the_earlier_rewards_off(plain, run):
    found = run(control("mean-baseline"))
    history = found.search.history
    centred = [0.0] + [abs(history[n] - sum(history[:n]) / n) for n in range(1, 5)]
    assert weights(found) == pytest.approx(centred, abs=1e-4)
    assert rewards(found)[:2] == rewards(plain)[:2]


def test_the_true_gradient_points_uphill_and_is_not_the_noise(vlm, images, run, plain):
    question = Question("a/1", "Which one?", ["left", "right"], images[:1])
    prepared = prepare(vlm, [question], control("true-gradient"))
    evaluator, think, nothing = prepared.evaluator, prepared.think, [((),) * 3]
    gradient = evaluator.gradients(think, nothing)
    step = 0.01 * gradient / gradient.norm()
    here, up = evaluator.rewards(think, nothing)[0], evaluator.rewards(think + step, nothing)[0]
    assert (up - here) / 0.01 == pytest.approx(float(gradient.norm()), rel=0.05)
    found = run(control("true-gradient"))
    assert rewards(found)[:2] == rewards(plain)[:2]
    assert found.search.last.tolist() != plain.search.last.tolist()


def test_a_step_in_the_gradients_direction_is_as_long_as_reinforces(run, plain):
    found = run(control("gradient-direction"))
    assert weights(found) == pytest.approx([abs(r) for r in found.search.history], rel=1e-4)
    assert rewards(found)[:2] == rewards(plain)[:2]
    moved = [one.search.last - one.search.initial.think for one in (found, plain)]
    cosine = torch.nn.functional.cosine_similarity(*(one.flatten() for one in moved), dim=0)
    assert abs(float(cosine)) < 0.5


@pytest.mark.parametrize(
    "name", ["decode-last", "decode-initial", "decode-zeros", "decode-noise", "decode-foreign"]
)
def test_replaced_latents_leave_the_search_as_it_is(run, plain, name):
    found = run(control(name))
    assert searched(found) == searched(plain)
    assert found.prompt.ids.tolist() == plain.prompt.ids.tolist()


def test_what_replaces_the_latents(run, plain):
    made = {
        kind: run(control(f"decode-{kind}")).think
        for kind in ("last", "initial", "zeros", "noise", "foreign")
    }
    best = plain.search.best.think
    assert torch.equal(plain.think, best)
    assert torch.equal(made["last"], plain.search.last)
    assert torch.equal(made["initial"], plain.search.initial.think)
    assert made["zeros"].abs().sum() == 0
    torch.testing.assert_close(made["noise"].norm(dim=1), best.norm(dim=1))
    cosine = torch.nn.functional.cosine_similarity(made["noise"], best)
    assert cosine.abs().max() < 0.5
    assert not torch.allclose(made["foreign"], best, atol=1e-2)
    assert not any(torch.equal(one, best) for one in made.values())


def test_latents_of_another_question_know_nothing_of_this_one(vlm, images):
    def foreign(text, image, name="a/1"):
        question = Question(name, text, [], [images[image]])
        return dmlr.answer(vlm, [question], control("decode-foreign"), 3)[0].think

    assert torch.equal(foreign("Which?", 0), foreign("How many are there?", 1))
    assert not torch.equal(foreign("Which?", 0), foreign("Which?", 0, name="a/2"))


def entropies(logits):
    whole = logits.log_softmax(-1)
    return -(whole.exp() * whole).sum(-1)


def test_the_whole_entropy_is_truncated_nowhere():
    logits = torch.randn(2, 3, 17, generator=torch.Generator().manual_seed(1))
    k = CATALOG["reward-whole-entropy"]["top_k"]
    torch.testing.assert_close(truncated_entropy(logits, top_k=k), entropies(logits))


def test_doubt_is_minus_the_papers_reward(run, plain):
    found = run(control("reward-doubt"))
    assert found.search.initial.reward == pytest.approx(-plain.search.initial.reward)
    assert found.search.history[0] == pytest.approx(-plain.search.history[0])
    assert weights(found)[0] == pytest.approx(abs(plain.search.history[0]), rel=1e-4)


def test_the_released_reward_reads_the_same_places_by_another_measure(run, plain):
    found = run(control("reward-topk"))
    assert found.search.initial.patches == plain.search.initial.patches
    assert all(reward > 0 for reward in rewards(found))
    assert rewards(found) != rewards(plain)


def test_the_inclusive_reward_reads_one_place_more(run, plain):
    found = run(control("reward-inclusive"))
    assert found.search.initial.patches == plain.search.initial.patches
    assert rewards(found) != rewards(plain)
    alone = [run(control(name, injection="none")) for name in ("reward-inclusive", "dmlr-paper")]
    more = alone[0].search.cost.tokens - alone[1].search.cost.tokens
    # The start's reward, and in each step R(T') and the one sequence there is to try.
    assert more == alone[1].search.cost.passes == 11


@pytest.mark.parametrize(("injected", "sees"), [("features", True), ("placeholder", False)])
def test_a_blind_reward_sees_the_image_through_injected_features_alone(run, injected, sees):
    profile = control("reward-blind", injection="all", injected=injected)
    assert (rewards(run(profile, 0)) != rewards(run(profile, 1))) is sees


def test_placeholders_are_the_same_for_two_images_and_features_are_not(vlm, images):
    def injected(profile, image):
        question = Question("a/1", "Which one?", [], [images[image]])
        bank = prepare(vlm, [question], profile).evaluator.bank
        return bank.fixed[0, : bank.rest]

    placeholder, features = control("inject-placeholder"), control("dmlr-paper")
    assert torch.equal(injected(placeholder, 0), injected(placeholder, 1))
    assert not torch.equal(injected(features, 0), injected(features, 1))


def test_placeholder_patches_are_chosen_as_features_are(run, plain):
    found = run(control("inject-placeholder"))
    assert found.search.initial.patches == plain.search.initial.patches
    assert found.search.history[0] == plain.search.history[0]  # R(T') has no patches
    assert found.search.initial.reward != plain.search.initial.reward


def test_random_patches_do_not_ask_the_image(run, plain):
    first, second = (run(control("inject-random"), image) for image in (0, 1))
    assert first.search.initial.patches == second.search.initial.patches
    assert first.search.initial.patches != plain.search.initial.patches
    assert first.search.history[0] == pytest.approx(
        plain.search.history[0], rel=1e-5
    )  # the noise is the same
    chosen = run(control("dmlr-paper"), 1).search.initial.patches
    assert chosen != plain.search.initial.patches  # attention does


def test_foreign_patches_are_chosen_by_the_image_and_are_not_of_it(vlm, images, run, plain):
    found = run(control("inject-foreign"))
    assert found.search.initial.patches == plain.search.initial.patches
    assert found.search.history[0] == plain.search.history[0]
    assert found.search.initial.reward != plain.search.initial.reward


@pytest.mark.parametrize("name", ["optimised-on-blank", "optimised-on-foreign"])
def test_an_optimisation_on_another_image_never_sees_the_samples(run, plain, name):
    first, second = (run(control(name), image) for image in (0, 1))
    assert searched(first) == searched(second)
    assert searched(first) != searched(plain)
    assert searched(run(control("dmlr-paper"), 1)) != searched(plain)


@pytest.mark.parametrize("name", ["optimised-on-blank", "optimised-on-foreign"])
def test_the_answer_is_decoded_with_the_samples_image_all_the_same(vlm, images, name):
    """Without steps and patches nothing is left of the other image: the reply is plain dmlr's."""
    question = Question("a/1", "Which one?", ["left", "right"], images[:1])
    nothing = {"steps": 0, "injection": "none", "max_new_tokens": 23}
    replies = [
        dmlr.answer(vlm, [question], control(which, **nothing), 3)[0].reply.ids
        for which in (name, "dmlr-paper")
    ]
    assert replies[0] == replies[1]


def test_decoding_without_patches_takes_them_away_and_no_more(run, plain):
    found = run(control("decode-without-patches"))
    assert searched(found) == searched(plain)
    patches = sum(map(len, plain.search.best.patches))
    assert patches > 0
    replies = len(plain.reply.ids) - len(found.reply.ids)
    assert plain.cost.tokens - found.cost.tokens == patches + replies


def test_sequential_positions_differ_where_there_is_an_image(run, plain):
    assert rewards(run(control("positions-sequential"))) != rewards(plain)
    without = [
        searched(run(control(name), None)) for name in ("positions-sequential", "dmlr-paper")
    ]
    assert without[0] == without[1]  # text has the same position on all axes


def test_no_control_of_method_dmlr_is_without_a_test():
    tested = Path(__file__).read_text()
    dmlr_ones = [name for name, fields in CATALOG.items() if fields["method"] == "dmlr"]
    assert [name for name in dmlr_ones if name not in tested] == []
