"""The engine equals the naive algorithm of tests/oracle.py, for every profile and every field of it."""

import random

import pytest
import torch

from dmlr.latent.profile import Dmlr
from dmlr.methods import dmlr
from dmlr.methods.answer import Question
from tests import oracle
from tests.cases import noise_image

PAPER = {"method": "dmlr", "think_tokens": 3, "steps": 3, "top_k": 7, "patches_max": 11,
         "max_new_tokens": 5}  # fmt: skip
RELEASED = PAPER | {
    "learning_rate": 0.01, "sigma": 2.0, "reward": "topk_negative_log", "patches_max": 4,
    "reward_context": "placeholder", "injected": "placeholder", "acceptance": "joint",
    "patches_initial": 1, "patches_added": 1, "patch_growth": "budget", "track_positions": False,
    "positions": "sequential", "best_start": "zero", "keep": "updated", "decode_patches": False,
    "seeding": "fixed", "prompt": "internal_thinking",
}  # fmt: skip
VALUES = {
    "update": ["none", "constant_reward", "shuffled_reward", "antithetic", "mean_baseline",
               "gradient", "gradient_direction", "reinforce"],
    "reward": ["topk_negative_log", "truncated_entropy", "truncated_doubt"],
    "top_k": [1000000],
    "optimised_on": ["blank", "foreign"],
    "decoded": ["last", "initial", "zeros", "noise", "foreign"],
    "reward_span": ["think_inclusive"],
    "reward_context": ["placeholder", "image"],
    "injection": ["none", "all", "random", "foreign"],
    "injected": ["placeholder", "last_hidden", "features"],
    "acceptance": ["joint", "per_token"],
    "patches_initial": [None, 0, 3],
    "patches_added": [0, 3],
    "patches_max": [None, 5],
    "patch_growth": ["budget", "union"],
    "injection_stride": [2],
    "injection_start": [1],
    "injection_interval": [2],
    "track_positions": [False, True],
    "positions": ["sequential", "mrope"],
    "best_start": ["zero", "initial_reward"],
    "keep": ["updated", "candidate"],
    "decode_patches": [False, True],
    "reward_threshold": [0.22, 4.2],
    "seeding": ["fixed", "per_sample"],
    "prompt": ["internal_thinking", "unified"],
}  # fmt: skip


FOREIGN = ("injection", "foreign")  # goes with features alone


def flips(name, base):
    """Every single field changed."""
    for field, values in VALUES.items():
        for value in values:
            if base.get(field, getattr(Dmlr(**PAPER), field)) != value:
                features = {"injected": "features"} if (field, value) == FOREIGN else {}
                yield f"{name}-{field}-{value}", base | {field: value} | features


def mixtures(count):
    """Fields drawn from all values: whatever a user may put together."""
    drawn = random.Random(7)
    for number in range(count):
        fields = {field: drawn.choice(values) for field, values in VALUES.items()}
        if fields["injection"] == "foreign":
            fields["injected"] = "features"
        yield f"mixture-{number}", PAPER | {"sigma": 0.5} | fields


def cases():
    """Both families for what is whole, one for single flips; the rest of the flips is slow."""
    whole = [("paper", PAPER), ("released", RELEASED), *mixtures(24)]
    flipped = [*flips("paper", PAPER), *flips("released", RELEASED)]
    quick = {name for name, _ in whole[:4]} | {name for name, _ in flips("paper", PAPER)}
    quick |= {name for name, _ in random.Random(5).sample(flipped, 8)}
    for family in ("qwen2_5_vl", "qwen3_vl"):
        for name, fields in [*whole, *flipped]:
            slow = name not in quick or (family == "qwen3_vl" and (name, fields) in flipped)
            marks = [pytest.mark.slow] if slow else []
            yield pytest.param(family, fields, id=f"{family}-{name}", marks=marks)


@pytest.fixture(scope="module")
def questions(vlms):
    """Five of unequal length about images of unequal size, the last one about two, for each family."""

    def asked(family):
        vlm = vlms(family)
        sizes = [[(5, 3)], [(2, 2)], [(3, 7)], [(1, 4)], [(2, 3), (4, 1)]]
        for number, grids in enumerate(sizes):
            images = [
                vlm.encode_image(noise_image(vlm, *grid, seed=number + k))
                for k, grid in enumerate(grids)
            ]
            options = ["left", "right"] if number % 2 else []
            yield Question(f"a/{number}", "Which one is it? " * (1 + number), options, images)

    return {family: list(asked(family)) for family in ("qwen2_5_vl", "qwen3_vl")}


def equal(found, naive):
    search = found.search
    assert [list(chosen) for chosen in search.best.patches] == [list(c) for c in naive.best_patches]
    told = [step.best_patches for step in search.steps if step.is_best]
    assert not told or told[-1] == [list(chosen) for chosen in search.best.patches]
    assert all(step.best_patches == [] for step in search.steps if not step.is_best)
    assert search.best.step == naive.best_step
    assert search.initial.reward == pytest.approx(naive.initial_reward, abs=5e-5)
    assert [s.reward for s in search.steps] == pytest.approx(
        [s.reward for s in naive.steps], abs=5e-5
    )
    assert search.history == pytest.approx([s.driving for s in naive.steps], abs=5e-5)
    assert [(s.sigma, s.is_best, s.patch_count, s.patch_budget) for s in search.steps] == [
        (s.sigma, s.is_best, s.patch_count, s.patch_budget) for s in naive.steps
    ]
    torch.testing.assert_close(search.best.think, naive.best_think, atol=2e-4, rtol=0)
    torch.testing.assert_close(found.think, naive.decoded, atol=2e-4, rtol=0)
    assert found.reply.ids == naive.ids


@pytest.mark.parametrize(("family", "fields"), cases())
def test_the_engine_equals_the_naive_algorithm(vlms, questions, family, fields):
    vlm, profile = vlms(family), Dmlr(**fields)
    # For a single field the shortest and the longest question do, the latter about two images.
    asked = questions[family] if fields in (PAPER, RELEASED) else questions[family][::4]
    naive = [oracle.answer(vlm, question, profile, 3) for question in asked]
    batch = dmlr.answer(vlm, asked, profile, 3)
    (alone,) = dmlr.answer(vlm, asked[-1:], profile, 3)
    for found, expected in zip([*batch, alone], [*naive, naive[-1]], strict=True):
        equal(found, expected)
