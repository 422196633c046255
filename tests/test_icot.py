"""Method icot against itself written naively with transformers alone.

The reference runs the whole sequence in every step, each question by itself: eager attention, no cache,
blocks put in by hand. A random model writes hardly any new lines; what its replies do contain often is
the trigger instead.
"""

from collections import Counter
from itertools import chain
from math import ceil, sqrt
from types import SimpleNamespace

import pytest
import torch

from dmlr.methods import icot, vanilla
from dmlr.methods.answer import Question, recorded
from dmlr.methods.insertion import block_positions, ends_in
from dmlr.settings import Icot, Vanilla
from tests.cases import case, five

TOKENS = 31


def profile(**changes):
    fields = {"method": "icot", "patches": 4, "max_new_tokens": TOKENS}
    return Icot(**(fields | changes))


def question(one, number=0):
    content = one.turns[-1]["content"]
    text = content[-1]["text"].split("Question: ")[1]
    return Question(f"a/{number}", text, [], one.features)


def answers(vlm, cases, told):
    return icot.answer(vlm, [question(*pair[::-1]) for pair in enumerate(cases)], told, 42)


def found(outcome):
    return outcome.reply.ids, outcome.insertions, outcome.triggers


@pytest.fixture(scope="module")
def asked(family_vlm):
    return five(family_vlm, prompt="unified")


@pytest.fixture(scope="module")
def trigger(family_vlm, asked):
    """A letter in which tokens of as many replies as possible end."""
    told = Vanilla(method="vanilla", prompt="unified", max_new_tokens=TOKENS)
    plain = vanilla.answer(family_vlm, [question(one) for one in asked], told, 42)
    letters = [
        [family_vlm.tokenizer.decode([token], skip_special_tokens=True)[-1:] for token in row]
        for row in (outcome.reply.ids for outcome in plain)
    ]
    once, often = Counter(), Counter()
    for row in letters:
        once.update(set(row))
        often.update(row)
    return max(set(once) - {"", "\ufffd"}, key=lambda letter: (once[letter], often[letter]))


class Naive:
    """One reply, written the slow way."""

    def __init__(self, library, one, told):
        self.library, self.case, self.told = library, one, told
        self.tokenizer = library.processor.tokenizer
        self.ids, self.insertions, self.triggers = [], [], 0
        self.embeds, self.positions, self.patches = [], [], {}
        ids = library.inputs([one])["input_ids"][0]
        self.places = (ids == library.model.config.image_token_id).nonzero().flatten()
        for token in ids[len(one.prompt.prefix) :].tolist():
            self.add(token)

    def add(self, token, place=None):
        """Append a token, as text behind all others or at a place (T, H, W)."""
        self.embeds.append(self.library.embed(torch.tensor(token)))
        self.positions.append([self.next] * 3 if place is None else place)

    @property
    def next(self):
        return max((max(place) for place in self.positions), default=-1) + 1

    def run(self, **arguments):
        return self.library.with_patches(
            self.case, torch.stack(self.embeds), self.patches,
            positions=torch.tensor(self.positions).T, deepstack=self.told.deepstack, **arguments,
        )  # fmt: skip

    def answer(self):
        ends = self.library.model.generation_config.eos_token_id
        while len(self.ids) < self.told.max_new_tokens:
            self.ids.append(int(self.run().logits[0, -1].argmax()))
            text = self.tokenizer.decode(self.ids[-1:], skip_special_tokens=True)
            is_trigger = text.endswith(self.told.trigger)
            self.triggers += is_trigger
            if self.ids[-1] == ends:
                break
            self.add(self.ids[-1])
            going = len(self.ids) < self.told.max_new_tokens
            due = self.triggers % self.told.every == 0 and len(self.insertions) < self.told.blocks
            if going and is_trigger and due:
                self.insert()
        return self.ids, self.insertions, self.triggers

    def insert(self):
        weights = torch.stack(self.run(output_attentions=True).attentions)
        look = weights.mean(dim=(0, 2))[0, -1, self.places].tolist()
        taken = [] if self.told.repeats else list(chain(*self.insertions))
        free = [patch for patch in range(len(look)) if patch not in taken]
        best = sorted(free, key=lambda patch: look[patch], reverse=True)[: self.told.patches]
        if not best:
            return
        self.insertions.append(sorted(best))
        side, start = ceil(sqrt(len(best))), self.next
        self.add(self.tokenizer.convert_tokens_to_ids("<|vision_start|>"), [start] * 3)
        for number, patch in enumerate(sorted(best)):
            self.patches[len(self.embeds)] = patch
            row, column = number // side, number % side
            self.add(0, [start + 1, start + 1 + row, start + 1 + column])
        end = self.tokenizer.convert_tokens_to_ids("<|vision_end|>")
        self.add(end, [start + 1 + side] * 3)


@torch.no_grad()
def naive(library, cases, told):
    return [Naive(library, one, told).answer() for one in cases]


CHANGES = {
    "as it is": {},
    "every trigger": {"every": 1, "blocks": 5},
    "repeats": {"repeats": True, "every": 1},
    "fewer candidates": {"patches": 9, "every": 1},
    "deepstack": {"deepstack": True, "every": 1},
}


# Ten seconds each and family; deepstack inserts as often.
SLOW = ("every trigger", "repeats", "fewer candidates")
CASES = [
    pytest.param(changes, id=name, marks=[pytest.mark.slow] if name in SLOW else [])
    for name, changes in CHANGES.items()
]


@pytest.mark.parametrize("changes", CASES)
def test_tokens_and_blocks_in_a_batch_of_five_and_alone(
    family_vlm, library, asked, trigger, changes
):
    told = profile(trigger=trigger, **changes)
    expected = naive(library, asked, told)
    together = answers(family_vlm, asked, told)
    assert [found(outcome) for outcome in together] == expected
    assert [found(answers(family_vlm, [one], told)[0]) for one in asked] == expected
    blocks = {len(inserted) for _, inserted, _ in expected}
    assert 0 in blocks  # the question without an image
    assert max(blocks) > 1 or not changes
    plain = answers(family_vlm, asked, profile(trigger=trigger, blocks=0))
    assert any(one.reply.ids != other.reply.ids for one, other in zip(together, plain, strict=True))


def ends_before_a_block(vlm, outcomes, trigger):
    """A token that would end a reply before a later row's last block, which it would leave as it is."""
    rows = [outcome.reply.ids for outcome in outcomes]
    last = [0] * len(rows)
    for number, outcome in enumerate(outcomes):
        steps = [
            i for i, token in enumerate(rows[number]) if ends_in(vlm.tokenizer, token, trigger)
        ]
        if outcome.insertions:
            last[number] = steps[len(outcome.insertions) - 1]
    return next(
        token
        for token in sorted(set(chain(*rows)))
        for number, row in enumerate(rows)
        for later in range(number + 1, len(rows))
        if token in row[: last[later]] and token not in rows[later][: last[later] + 1]
    )


def test_rows_leave_before_others_get_a_block(family_vlm, library, asked, trigger, monkeypatch):
    told = profile(trigger=trigger, every=1)
    end = ends_before_a_block(family_vlm, answers(family_vlm, asked, told), trigger)
    for model in (family_vlm.model, library.model):
        monkeypatch.setattr(model.generation_config, "eos_token_id", end)
    together = answers(family_vlm, asked, told)
    assert [found(outcome) for outcome in together] == naive(library, asked, told)
    assert {outcome.reply.stop_reason for outcome in together} == {"end", "length"}


def test_without_an_image_it_is_vanilla(family_vlm, trigger):
    cases = [case(family_vlm, "Is there anything?", prompt="unified"), case(family_vlm, "Why?")]
    told = Vanilla(method="vanilla", prompt="unified", max_new_tokens=TOKENS)
    asked = [question(one) for one in cases]
    plain = vanilla.answer(family_vlm, asked, told, 42)
    without = icot.answer(family_vlm, asked, profile(trigger=trigger, every=1), 42)
    assert [outcome.reply for outcome in without] == [outcome.reply for outcome in plain]
    assert [outcome.insertions for outcome in without] == [[], []]


def test_the_budget_counts_generated_tokens_alone(family_vlm, asked, trigger):
    long = answers(family_vlm, asked, profile(trigger=trigger, every=1))
    for budget in range(1, TOKENS, 6):
        short = answers(family_vlm, asked, profile(trigger=trigger, every=1, max_new_tokens=budget))
        for one, other in zip(short, long, strict=True):
            assert one.reply.ids == other.reply.ids[:budget]
            assert one.insertions == other.insertions[: len(one.insertions)]


def test_no_image_token_comes_twice_unless_repeats_are_allowed(family_vlm, asked, trigger):
    told = {"trigger": trigger, "every": 1, "patches": 6, "max_new_tokens": 60}
    for outcome in answers(family_vlm, asked, profile(**told)):
        flat = list(chain(*outcome.insertions))
        assert len(flat) == len(set(flat))
        assert all(block == sorted(block) for block in outcome.insertions)
    again = answers(family_vlm, asked, profile(repeats=True, **told))
    flats = [list(chain(*outcome.insertions)) for outcome in again]
    assert any(len(flat) > len(set(flat)) for flat in flats)


def test_what_is_left_is_inserted_and_then_nothing(family_vlm, asked, trigger):
    told = profile(trigger=trigger, every=1, blocks=9, patches=9, max_new_tokens=60)
    for one, outcome in zip(asked, answers(family_vlm, asked, told), strict=True):
        count = sum(len(image.patches) for image in one.features)
        sizes = [len(block) for block in outcome.insertions]
        assert sizes == [9, count - 9][: len(sizes)]
        assert sizes or not count or not outcome.triggers


def test_random_blocks_come_where_the_attended_ones_do_and_are_drawn(family_vlm, asked, trigger):
    told = {"trigger": trigger, "every": 1, "blocks": 1}
    attended = answers(family_vlm, asked, profile(**told))
    drawn = answers(family_vlm, asked, profile(**told, selection="random"))
    assert any(outcome.insertions for outcome in attended)
    for one, other, about in zip(attended, drawn, asked, strict=True):
        assert [len(block) for block in one.insertions] == [
            len(block) for block in other.insertions
        ]
        patches = sum(len(image.patches) for image in about.features)
        for block in other.insertions:
            assert block == sorted(set(block))
            assert set(block) <= set(range(patches))
    assert any(
        one.insertions != other.insertions for one, other in zip(attended, drawn, strict=True)
    )
    alone = [
        icot.answer(family_vlm, [question(case, n)], profile(**told, selection="random"), 42)[0]
        for n, case in enumerate(asked)
    ]
    assert [found(outcome) for outcome in drawn] == [found(outcome) for outcome in alone]
    seeded = icot.answer(
        family_vlm,
        [question(case, n) for n, case in enumerate(asked)],
        profile(**told, selection="random"),
        43,
    )
    assert [one.insertions for one in seeded] != [one.insertions for one in drawn]


def test_deepstack_makes_a_difference_where_there_is_any(
    family_vlm, family, asked, trigger, no_gradients
):
    states = []
    for deepstack in (False, True):
        seen = []
        hook = family_vlm.text.register_forward_hook(
            lambda _, __, output, seen=seen: seen.append(output.last_hidden_state)
        )
        told = profile(trigger=trigger, every=1, blocks=1, deepstack=deepstack)
        (outcome,) = answers(family_vlm, asked[:1], told)
        hook.remove()
        assert outcome.insertions
        states.append(next(state for state in seen[2:] if state.shape[1] == 6)[0])
    start, *patches, end = (states[0] - states[1]).abs().amax(dim=1)
    assert start == 0
    if family == "qwen3_vl":
        assert min(*patches, end) > 1e-4
    else:
        assert max(*patches, end) == 0


def test_the_record_has_the_blocks_and_counts(family_vlm, asked, trigger):
    told = profile(trigger=trigger, every=1)
    for one, outcome in zip(asked, answers(family_vlm, asked, told), strict=True):
        made = recorded(question(one), outcome).prediction
        texts = [family_vlm.tokenizer.decode([token]) for token in outcome.reply.ids]
        assert made.insertions == outcome.insertions
        assert made.triggers == sum(text.endswith(trigger) for text in texts)
        assert made.generated_tokens == len(outcome.reply.ids)
        assert made.model_passes == 1 + made.generated_tokens + len(made.insertions)


def test_passes_are_counted_for_one_question(family_vlm, asked, trigger):
    before = family_vlm.passes
    (outcome,) = answers(family_vlm, asked[:1], profile(trigger=trigger, every=1))
    assert outcome.insertions
    assert family_vlm.passes - before == outcome.cost.passes


def test_positions_of_a_block_of_four_by_four():
    assert block_positions(16).tolist() == [
        [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5],
        [0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5],
        [0, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 5],
    ]


@pytest.mark.parametrize(
    ("count", "rows", "columns", "end"),
    [
        (1, [1], [1], 2),
        (2, [1, 1], [1, 2], 3),
        (5, [1, 1, 1, 2, 2], [1, 2, 3, 1, 2], 4),
    ],
)
def test_positions_of_a_block_that_is_no_square(count, rows, columns, end):
    found = block_positions(count).tolist()
    assert found == [[0, *[1] * count, end], [0, *rows, end], [0, *columns, end]]


def test_a_new_line_is_a_token_that_ends_in_one():
    texts = {0: "\n", 1: ".\n\n", 2: "\n a", 3: "a", 4: ""}
    tokenizer = SimpleNamespace(decode=lambda ids, **_: texts[ids[0]])
    assert [ends_in(tokenizer, token, "\n") for token in texts] == [True, True, False, False, False]


def test_special_tokens_are_no_triggers(vlm):
    end = vlm.tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert not ends_in(vlm.tokenizer, end, ">")
    assert ends_in(vlm.tokenizer, vlm.tokenizer.convert_tokens_to_ids(">"), ">")
    assert ends_in(vlm.tokenizer, vlm.tokenizer("\n")["input_ids"][0], "\n")
