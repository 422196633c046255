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


def test_confidence_is_one_minus_the_mean_over_positions():
    rows = logits([0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 1e-30, 1e-30])
    # k = 1: ln2/2, ln4/4 = ln2/2, ln2/2
    assert float(confidence(rows, top_k=1)) == pytest.approx(1 - math.log(2) / 2)


def test_a_certain_model_has_reward_one():
    assert float(confidence(torch.tensor([[100.0, 0.0, 0.0]]), top_k=3)) == pytest.approx(1.0)
