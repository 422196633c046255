"""What a prediction says it cost is what the language model ran."""

import pytest
import torch

from dmlr.latent.profile import Dmlr
from dmlr.methods.answer import Question, recorded
from dmlr.methods.answering import METHODS
from dmlr.settings import Ccot, Icot, MultimodalCot, SelfConsistency, Vanilla
from dmlr.vlm.memory import forget_peak, peak_bytes
from tests.cases import noise_image


def dmlr(**fields):
    base = {"method": "dmlr", "think_tokens": 3, "steps": 4, "patches_max": 11, "max_new_tokens": 7}
    return Dmlr(**(base | fields))


PROFILES = {
    "vanilla": Vanilla(method="vanilla", prompt="unified", max_new_tokens=7),
    "self-consistency": SelfConsistency(
        method="self-consistency", extra_tokens=41, temperature=0.7, max_new_tokens=7
    ),
    "multimodal-cot": MultimodalCot(method="multimodal-cot", rationale_tokens=5, max_new_tokens=7),
    "ccot": Ccot(method="ccot", graph_tokens=5, max_new_tokens=7),
    "icot": Icot(method="icot", trigger="e", every=1, patches=3, max_new_tokens=13),
    "dmlr": dmlr(),
    "no patches": dmlr(injection="none"),
    "all patches": dmlr(injection="all"),
    "random patches": dmlr(injection="random"),
    "joint, antithetic": dmlr(acceptance="joint", update="antithetic"),
    "joint, gradient": dmlr(acceptance="joint", update="gradient"),
    "blind reward": dmlr(reward_context="placeholder"),
    "released best": dmlr(patch_growth="budget", best_start="zero"),
    "optimised on another image": dmlr(optimised_on="foreign"),
    "latents of another question": dmlr(decoded="foreign"),
}


@pytest.fixture(scope="module")
def questions(vlm):
    grids = [(5, 3), (2, 2), (3, 7)]
    images = [vlm.encode_image(noise_image(vlm, *g, seed=k)) for k, g in enumerate(grids)]
    return [Question(f"a/{k}", "Which? " * (k + 1), [], [image]) for k, image in enumerate(images)]


def answers(vlm, questions, profile):
    return METHODS[profile.method](vlm, questions, profile, 3)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_record_has_the_passes_and_tokens_that_were_run(vlm, questions, profile):
    alone = []
    for question in questions:
        before = vlm.cost
        (outcome,) = answers(vlm, [question], profile)
        assert outcome.cost == vlm.cost - before
        alone.append(outcome.cost)
        found = recorded(question, outcome).prediction
        assert (found.model_passes, found.forwarded_tokens) == (
            outcome.cost.passes,
            outcome.cost.tokens,
        )
    together = answers(vlm, questions, profile)
    assert [outcome.cost for outcome in together] == alone  # padding and the others do not count


def test_the_cost_of_vanilla_by_hand(vlm, questions):
    (outcome,) = answers(vlm, questions[:1], PROFILES["vanilla"])
    prompt, reply = len(outcome.prompt.ids), len(outcome.reply.ids)
    assert outcome.cost.tokens == prompt + reply - 1  # the last token predicts nothing any more
    assert outcome.cost.passes == 1 + reply


def test_the_record_has_its_batch_and_the_batchs_memory(vlm, questions):
    outcome, question = answers(vlm, questions[:1], PROFILES["vanilla"])[0], questions[0]
    found = recorded(question, outcome, rows=5, peak=7_000_000_000).prediction
    assert (found.batch_rows, found.peak_memory_bytes) == (5, 7_000_000_000)


def test_a_peak_is_forgotten_and_a_new_one_is_seen():
    cpu = torch.device("cpu")
    large = torch.ones(300_000_000 // 4)
    high = peak_bytes(cpu)
    del large
    forget_peak(cpu)
    low = peak_bytes(cpu)
    assert high - low > 200_000_000
    large = torch.ones(150_000_000 // 4)
    assert peak_bytes(cpu) - low > large.nbytes * 0.7
