"""Method self-consistency: vanilla's reply, further ones by chance, and the vote."""

import pytest
import torch

from dmlr.latent.noise import SampleNoise
from dmlr.methods import self_consistency, vanilla
from dmlr.methods.answer import Question, recorded
from dmlr.methods.self_consistency import winner
from dmlr.settings import SelfConsistency, Vanilla
from dmlr.vlm.parts import Reply
from dmlr.vlm.sampling import Sampling
from tests.cases import case, noise_image

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


def test_there_are_as_many_replies_as_there_must_be_at_least(family_vlm, questions):
    found = answers(family_vlm, questions, extra_tokens=0, least_replies=5)
    assert [len(one.replies) for one in found] == [5] * 5
    longer = answers(family_vlm, questions, least_replies=2)
    assert [texts(one) for one in longer] == [texts(one) for one in answers(family_vlm, questions)]
    record = recorded(questions[1], found[1]).prediction
    assert record.generated_tokens == sum(len(ids) for ids in texts(found[1]))


def test_drawn_replies_are_those_of_whole_sequences(family_vlm, library):
    """Each token drawn again, from the logits of transformers' pass over the whole sequence."""
    one = case(family_vlm, "How many?", (2, 7), prompt="unified")
    (found,) = answers(family_vlm, [Question("a/7", "How many?", [], one.features)])
    chance, embed = SampleNoise(42, "a/7").chance, library.embed
    ends = library.model.generation_config.eos_token_id
    for drawn in texts(found)[1:]:
        ids = []
        while len(ids) < TOKENS and ids[-1:] != [ends]:
            rest = torch.cat([one.prompt.suffix, torch.tensor(ids, dtype=torch.long)])
            logits = library.with_patches(one, embed(rest), {}).logits[0, -1]
            summed = (logits.double() / 0.7).softmax(0).cumsum(0)
            draw = float(torch.rand((), generator=chance))
            ids.append(int((summed <= draw * summed[-1]).sum()))
        assert ids == drawn


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


def test_logits_that_are_no_numbers_draw_nothing():
    with pytest.raises(ValueError, match="a probability is not a number; float32 or bfloat16"):
        Sampling(0.7, [torch.Generator()])(torch.full((1, 5), torch.nan), [0])
