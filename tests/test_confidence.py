import math

import pytest
import torch

from dmlr.latent.confidence import confidence, truncated_entropy


def logits(*probabilities):
    return torch.tensor(probabilities).log()


def test_truncated_entropy_of_a_position_by_hand():
    # P = (1/2, 1/4, 1/8, 1/8), k = 2: -(1/2 ln 1/2 + 1/4 ln 1/4) = (1/2 + 1/2) ln 2 = ln 2
    found = truncated_entropy(logits([0.5, 0.25, 0.125, 0.125]), top_k=2)
    assert found.tolist() == pytest.approx([math.log(2)])


def test_probabilities_are_not_renormalised_and_k_may_exceed_the_vocabulary():
    # Whole distribution: 1/2 ln 2 + 1/4 ln 4 + 2/8 ln 8 = 1.75 ln 2
    found = truncated_entropy(logits([0.5, 0.25, 0.125, 0.125]), top_k=99)
    assert found.tolist() == pytest.approx([1.75 * math.log(2)])


def test_the_papers_reward_is_one_minus_the_mean_over_places_for_each_row():
    even, halves = [0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 1e-30, 1e-30]
    rows = torch.stack([logits([0.5, 0.25, 0.125, 0.125], even), logits(halves, halves)])
    # k = 1: row 1 has ln2/2 and ln4/4 = ln2/2, row 2 twice ln2/2; k = 2: row 2 has ln2 twice
    one = confidence(rows, kind="truncated_entropy", top_k=1)
    assert one.tolist() == pytest.approx([1 - math.log(2) / 2] * 2)
    two = confidence(rows[1:], kind="truncated_entropy", top_k=2)
    assert two.tolist() == pytest.approx([1 - math.log(2)])


def test_the_released_reward_is_the_mean_negative_logarithm_of_the_top_k():
    rows = logits([0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.25])[None]
    # k = 2: (ln 2 + ln 4) / 2 = 1.5 ln 2 and ln 4 = 2 ln 2; their mean is 1.75 ln 2
    found = confidence(rows, kind="topk_negative_log", top_k=2)
    assert found.tolist() == pytest.approx([1.75 * math.log(2)])


def test_a_certain_model_has_the_papers_reward_one_and_a_low_released_one():
    certain, even = torch.tensor([[[100.0, 0.0, 0.0]]]), torch.zeros(1, 1, 3)
    assert float(confidence(certain, kind="truncated_entropy", top_k=3)) == pytest.approx(1.0)
    # The released reward is *larger* where the k best are improbable: here -log(1e-10) twice of three.
    released = float(confidence(certain, kind="topk_negative_log", top_k=3))
    assert released == pytest.approx(2 / 3 * 10 * math.log(10), rel=1e-5)
    assert float(confidence(even, kind="topk_negative_log", top_k=3)) == pytest.approx(math.log(3))
