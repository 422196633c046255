"""Both calls of a two-stage method are those of transformers' own processor and generate.

The reference runs each call whole and alone, from the pixels; nothing is shared between its calls.
"""

from types import SimpleNamespace

import pytest

from dmlr import prompts
from dmlr.boxes import unboxed
from dmlr.methods import ccot, multimodal_cot
from dmlr.methods.answer import Question, recorded
from dmlr.settings import Ccot, MultimodalCot
from tests.cases import noise_image

FIRST, SECOND = 11, 17  # budgets in tokens
OPTIONS = ("left", "right", "neither")


def asked(vlm):
    """Unequal lengths and images: one, another with options, two, none, one again."""
    sizes = [[(2, 7)], [(5, 3)], [(3, 4), (2, 3)], [], [(4, 4)]]
    texts = ["How many?", "Which side is the red circle on?", "Which of the two?", "Why?", "Is it?"]
    found = []
    for number, (text, of) in enumerate(zip(texts, sizes, strict=True)):
        pictures = [noise_image(vlm, *size, seed=7 * number + n) for n, size in enumerate(of)]
        images = [vlm.encode_image(picture) for picture in pictures]
        options = OPTIONS if number == 1 else ()
        found.append((Question(f"a/{number}", text, options, images), pictures))
    return found


def multimodal_cot_turns(question):
    images = len(question.images)

    def second(text):
        return prompts.from_rationale_messages(
            question.text, question.options, unboxed(text), images=images
        )

    return prompts.rationale_messages(question.text, question.options, images=images), second


def ccot_turns(question):
    images = len(question.images)

    def second(text):
        return prompts.from_scene_graph_messages(
            question.text, question.options, text, images=images
        )

    return prompts.scene_graph_messages(question.text, images=images), second


METHODS = {
    "multimodal-cot": (
        multimodal_cot.answer,
        MultimodalCot(method="multimodal-cot", rationale_tokens=FIRST, max_new_tokens=SECOND),
        multimodal_cot_turns,
    ),
    "ccot": (
        ccot.answer,
        Ccot(method="ccot", graph_tokens=FIRST, max_new_tokens=SECOND),
        ccot_turns,
    ),
}


def reference(library, vlm, question, pictures, turns):
    first, second = turns(question)
    begun = library.generate(
        [SimpleNamespace(turns=first, pictures=pictures)], max_new_tokens=FIRST
    )
    text = vlm.tokenizer.decode(begun[0], skip_special_tokens=True)
    case = SimpleNamespace(turns=second(text), pictures=pictures)
    return begun[0], library.generate([case], max_new_tokens=SECOND)[0]


@pytest.mark.parametrize("method", METHODS)
def test_both_calls_in_a_batch_of_five_and_alone(family_vlm, library, method):
    answer, profile, turns = METHODS[method]
    rows = asked(family_vlm)
    together = answer(family_vlm, [question for question, _ in rows], profile, 42)
    for (question, pictures), outcome in zip(rows, together, strict=True):
        first, second = reference(library, family_vlm, question, pictures, turns)
        assert (outcome.intermediate.ids, outcome.reply.ids) == (first, second)
        (alone,) = answer(family_vlm, [question], profile, 42)
        assert (alone.intermediate.ids, alone.reply.ids) == (first, second)
    assert len({tuple(outcome.reply.ids) for outcome in together}) > 2


def test_what_the_first_call_wrote_is_in_the_record(vlm):
    answer, profile, _ = METHODS["ccot"]
    question, _ = asked(vlm)[0]
    (outcome,) = answer(vlm, [question], profile, 42)
    found = recorded(question, outcome).prediction
    assert found.intermediate == outcome.intermediate.text != ""
    assert (found.intermediate_stop_reason, found.intermediate_tokens) == ("length", FIRST)
    assert found.model_passes == 1 + FIRST + len(outcome.reply.ids)
    assert found.intermediate_seconds > 0.0 == found.optimise_seconds


def test_the_image_and_what_precedes_it_run_once_for_both_calls(vlm):
    """A rationale of one token: the tokens that go through the layers can be counted by hand."""
    passed = []
    handle = vlm.text.register_forward_hook(
        lambda _, args, kwargs, output: passed.append(output.last_hidden_state.shape[1]),
        with_kwargs=True,
    )
    question, _ = asked(vlm)[0]
    profile = MultimodalCot(method="multimodal-cot", rationale_tokens=1, max_new_tokens=1)
    try:
        (outcome,) = multimodal_cot.answer(vlm, [question], profile, 42)
    finally:
        handle.remove()
    shared, first, second = passed
    turns, _ = multimodal_cot_turns(question)
    assert shared + first == len(vlm.prompt(turns, question.images).ids)
    assert shared + second == len(outcome.prompt.ids)
    assert shared > 14  # the image's 2 x 7 tokens are in it


def test_a_box_in_the_rationale_loses_its_box():
    assert (
        unboxed(r"so \boxed{\frac{1}{2}} or \boxed{\boxed{3}}, \boxed{4")
        == r"so \frac{1}{2} or 3, \boxed{4"
    )


def test_the_options_are_in_the_second_call_of_ccot_alone():
    first = prompts.scene_graph_messages("Which?")[1]["content"][1]["text"]
    second = prompts.from_scene_graph_messages("Which?", OPTIONS, "{}")[1]["content"][1]["text"]
    assert "left" not in first
    assert first.startswith("Which?\n\nFor the provided image")
    assert second.startswith("Scene Graph: {}\n\nUse the image and scene graph")
    assert "A. left\nB. right\nC. neither" in second
    assert second.endswith("Put your final answer within \\boxed{}.")
