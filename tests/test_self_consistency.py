"""Method self-consistency: vanilla's reply, further ones by chance, and the vote."""

import pytest
import torch

from dmlr.methods import self_consistency, vanilla
from dmlr.methods.answer import Question, recorded
from dmlr.methods.self_consistency import winner
from dmlr.settings import SelfConsistency, Vanilla
from dmlr.vlm.parts import Reply
from dmlr.vlm.sampling import Sampling
from tests.cases import noise_image

TOKENS = 11


def profile(**changes):
    fields = {"method": "self-consistency", "extra_tokens": 67, "temperature": 0.7}
    return SelfConsistency(**(fields | {"max_new_tokens": TOKENS} | changes))


@pytest.fixture(scope="module")
def questions(family_vlm):
    grids = [(5, 3), (2, 2), (3, 7), (1, 4)]
    images = [family_vlm.encode_image(noise_image(family_vlm, *g)) for g in grids]
    asked = [Question(f"a/{n}", "Which? " * (n + 1), [], [i]) for n, i in enumerate(images)]
    return [*asked, Question("a/4", "Is it?", ["yes", "no"], [])]


def answers(vlm, questions, seed=42, **changes):
    return self_consistency.answer(vlm, questions, profile(**changes), seed)


def texts(outcome):
    return [reply.ids for reply in outcome.replies]


def test_without_a_budget_it_is_vanilla(family_vlm, questions):
    told = Vanilla(method="vanilla", prompt="unified", max_new_tokens=TOKENS)
    plain = vanilla.answer(family_vlm, questions, told, 42)
    found = answers(family_vlm, questions, extra_tokens=0)
    assert [one.reply for one in found] == [one.reply for one in plain]
    assert [one.cost for one in found] == [one.cost for one in plain]


def test_replies_are_drawn_until_the_budget_is_taken(family_vlm, questions):
    (greedy,) = answers(family_vlm, questions[:1], extra_tokens=0)
    (found,) = answers(family_vlm, questions[:1])
    assert texts(found)[0] == greedy.reply.ids
    suffix = len(found.prompt.suffix)
    taken = [suffix + len(ids) - 1 for ids in texts(found)[1:]]
    assert sum(taken) >= 67 > sum(taken[:-1])
    assert found.cost.tokens == greedy.cost.tokens + sum(taken)
    assert len({tuple(ids) for ids in texts(found)}) > 1
    assert recorded(questions[0], found).prediction.replies == [r.text for r in found.replies]


def test_a_sample_draws_the_same_in_any_batch_and_another_with_another_seed(family_vlm, questions):
    together = answers(family_vlm, questions)
    alone = [answers(family_vlm, [question])[0] for question in questions]
    assert [texts(one) for one in together] == [texts(one) for one in alone]
    other = answers(family_vlm, questions, seed=43)
    assert all(texts(one) != texts(two) for one, two in zip(together, other, strict=True))
    assert all(texts(one)[0] == texts(two)[0] for one, two in zip(together, other, strict=True))


def reply(text):
    return Reply([1], text, "end")


@pytest.mark.parametrize(
    ("replies", "place"),
    [
        (["\\boxed{A}", "\\boxed{B}", "\\boxed{B}"], 1),
        (["\\boxed{A}", "so \\boxed{b} it is", "no", "\\boxed{ B }"], 1),  # neither case nor blanks
        (["\\boxed{A}", "\\boxed{B}"], 0),  # of equals the first
        (["nothing", "\\boxed{B}"], 1),  # no box, no vote
        (["nothing", "no box"], 0),
        (["\\boxed{A} or \\boxed{C}", "\\boxed{A}", "\\boxed{C}"], 0),  # the last box votes: C
        (["\\boxed{}", "\\boxed{7}"], 1),
    ],
)
def test_the_vote(replies, place):
    made = [reply(text) for text in replies]
    assert winner(made) is made[place]


def test_tokens_are_drawn_by_their_probabilities():
    logits = torch.tensor([[0.0, 3.0, -torch.inf, 1.0, 2.0]]).expand(2, -1) * 0.5
    sampling = Sampling(0.5, [torch.Generator().manual_seed(seed) for seed in (1, 2)])
    drawn = torch.stack([sampling(logits, [0, 1]) for _ in range(4001)])
    expected = (logits[0] / 0.5).softmax(0)
    for row in range(2):
        found = torch.bincount(drawn[:, row], minlength=5) / 4001
        torch.testing.assert_close(found, expected, atol=0.025, rtol=0)
    assert not torch.equal(drawn[:, 0], drawn[:, 1])
