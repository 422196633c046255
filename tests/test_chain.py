"""Chains against transformers by itself: whole sequences, from the pixels, eager attention, no cache."""

import pytest
import torch

from dmlr.measures.chain import Written, measure
from dmlr.measures.forced import Forced
from dmlr.measures.gold import Named
from dmlr.measures.reading import Probe, read
from dmlr.methods import stand_in
from dmlr.methods.answer import Question
from tests.cases import about, case, five, prefill

REPLIES = [
    "<think>A red circle. Two blue ones, é and 🙂 too. So left.</think><answer>\\boxed{A}</answer>",
    "First the circle.\n\nThen what is left of it:\nit is red, so \\boxed{12} it is.",
    "What colour",
    "",
    "<think>\nIs it red? It is. It is not",
]
GOLDS = [Named("official", "A"), Named("corrected", "1"), None, Named("released", "left"),
         Named("official", "Yes")]  # fmt: skip


def whole(library, asked, ids):
    """The log-probability of each of some tokens behind a prompt, in one pass over everything."""
    if not ids:
        return []
    count, found = library.behind(asked, ids)
    scores = found.logits[0, count - 1 : -1].log_softmax(-1)
    return scores.gather(1, torch.tensor(ids)[:, None])[:, 0].tolist()


def three(vlm):
    """Questions as method vanilla asks them, and as the chains take them."""
    asked = [
        case(vlm, "How many?", (2, 7), seed=11, prompt="unified"),
        case(vlm, "What colour is the circle left of the red one?", (5, 3), prompt="unified"),
        case(vlm, "Why?", (4, 4), seed=16, prompt="unified"),
    ]
    texts = ["How many?", "What colour is the circle left of the red one?", "Why?"]
    questions = [
        Question(f"a/{n}", text, [], one.features)
        for n, (text, one) in enumerate(zip(texts, asked, strict=True))
    ]
    return asked, questions


def perturbed(vlm, asked, text, kind):
    image = asked.features[0]
    side = vlm.pixels_per_token
    picture = stand_in.PICTURES[kind](image.rows, image.columns, pixels_per_token=side)
    return about(vlm, text, [picture], prompt="unified")


@pytest.mark.parametrize(("kind", "first"), [("blank", 0), ("foreign", 2)])
def test_a_batch_of_three_equals_whole_passes(family_vlm, library, kind, first):
    asked, questions = three(family_vlm)
    replies, golds = REPLIES[first : first + 3], GOLDS[first : first + 3]
    written = [Written(*row) for row in zip(questions, replies, golds, strict=True)]
    found = measure(family_vlm, written, kind)
    alone = [measure(family_vlm, [one], kind)[0] for one in written]
    for chain, single, one, row in zip(found, alone, written, asked, strict=True):
        reading = read(family_vlm.tokenizer, one.reply, one.gold)
        true = whole(library, row, reading.ids)
        other = perturbed(family_vlm, row, one.question.text, kind)
        without = whole(library, other, reading.ids)
        assert chain.log_probability == pytest.approx(true, abs=5e-5)
        differences = [a - b for a, b in zip(true, without, strict=True)]
        assert chain.dependency == pytest.approx(differences, abs=1e-4)
        gold = []
        for probe in reading.probes:
            ids = [*reading.ids[: probe.follows], *probe.ids]
            gold.append(sum(whole(library, row, ids)[-probe.scored :]))
        assert chain.gold_log_probability == pytest.approx(gold, abs=1e-4)
        assert single.dependency == pytest.approx(chain.dependency, abs=1e-4)
        assert single.gold_log_probability == pytest.approx(chain.gold_log_probability, abs=1e-4)
        assert (chain.status, chain.step_ends) == ("ok", reading.step_ends)
    assert any(abs(value) > 0.01 for chain in found for value in chain.dependency)


def test_an_empty_reply_and_a_missing_gold_leave_their_lists_empty(family_vlm):
    _, questions = three(family_vlm)
    written = [Written(questions[0], "", GOLDS[0]), Written(questions[1], REPLIES[0], None)]
    empty, without = measure(family_vlm, written, "blank")
    assert (empty.dependency, empty.step_ends, len(empty.gold_log_probability)) == ([], [], 1)
    assert (without.labels, without.gold, without.gold_log_probability) == (None, None, [])
    assert len(without.step_ends) == 3


def test_a_chain_takes_two_passes_with_its_picture_and_one_more_for_all_golds(family_vlm):
    _, questions = three(family_vlm)
    written = [Written(*row) for row in zip(questions, REPLIES[:3], GOLDS[:3], strict=True)]
    before = family_vlm.passes
    measure(family_vlm, written, "blank")
    assert family_vlm.passes - before == 5  # two prefixes, two replies, the golds


@torch.no_grad()
def test_probes_see_neither_one_another_nor_what_comes_later(family_vlm):
    asked = five(family_vlm)
    replies = [[5, 9, 17, 3], [8, 2], [], [7, 7, 7, 7, 7, 7], [11, 4, 9]]
    forced = Forced(family_vlm, prefill(family_vlm, asked), [c.prompt for c in asked], replies)
    probes = [[Probe(n, [13, 19, 23], 2) for n in range(len(reply) + 1)] for reply in replies]
    together = forced.answers(probes)
    for row, found in enumerate(together):
        for number, value in enumerate(found):
            only = [[] for _ in probes]
            only[row] = [probes[row][number]]
            assert forced.answers(only)[row] == [pytest.approx(value, abs=2e-5)]
    assert len({round(value, 4) for row in together for value in row}) > 15


def test_a_number_that_overflows_is_an_error(family_vlm):
    asked = case(family_vlm, "Why?", (2, 3))
    prefix = prefill(family_vlm, [asked])
    for layer in prefix.cache.layers:
        layer.buffer.values.fill_(float("nan"))
    with pytest.raises(ValueError, match="a log-probability is not a number; float32"):
        Forced(family_vlm, prefix, [asked.prompt], [[5, 9]])
