"""What a reply's steps are, and where an answer is put behind them."""

import pytest

from dmlr.measures.gold import gold_of
from dmlr.measures.steps import reasoning
from dmlr.records import Gold, ImageFile, Sample

TAGGED, CUE = "</think><answer>\\boxed{", "\\boxed{"


def steps(reply):
    found = reasoning(reply)
    begins = [found.start, *found.ends]
    return [reply[begin:end] for begin, end in zip(begins, found.ends, strict=False)]


def before_answers(reply):
    found = reasoning(reply)
    counts = range(len(found.ends) + 1)
    return [reply[: found.place(count)] + found.cue for count in counts]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("<think>Two red. One blue. So three.</think><answer>\\boxed{3}</answer>",
         ["Two red. ", "One blue. ", "So three."]),
        ("<think>\nIt is 3.5 m. Really!\nSo \\boxed{7}?\n</think>\n<answer>7</answer>",
         ["It is 3.5 m. Really!\n", "So \\boxed{7}?\n"]),
        ("Look at it.\n\n---\n1.\n\nIt is red. Very.\nThe answer is \\boxed{A}.",
         ["Look at it.\n\n", "---\n1.\n\nIt is red. Very.\n", "The answer is "]),
        ("1. It is red. 2. It is round.\n", ["1. It is red. ", "2. It is round.\n"]),
        ("<think>It goes on and on. And", ["It goes on and on. ", "And"]),
        ("No box at all. None. ...", ["No box at all. ", "None. ..."]),
        ("\\boxed{A}", []),
        ("<think></think>\\boxed{A}", []),
        ("...", []),
        ("", []),
    ],
)  # fmt: skip
def test_steps_are_lines_or_sentences_of_the_part_before_the_answer(reply, expected):
    assert steps(reply) == expected


def test_where_the_reply_keeps_to_the_tags_the_cue_closes_them():
    reply = "<think>\nTwo red. One blue.</think>\n<answer>It is \\boxed{3}</answer>"
    assert before_answers(reply) == [
        f"<think>{TAGGED}",
        f"<think>\nTwo red.{TAGGED}",
        f"<think>\nTwo red. One blue.{TAGGED}",
    ]


def test_without_tags_the_cue_is_the_box_where_the_next_step_or_the_reply_s_own_box_begins():
    reply = "Two red.\nSo the answer is $\\boxed{3}$."
    assert before_answers(reply) == [CUE, f"Two red.\n{CUE}", f"Two red.\nSo the answer is ${CUE}"]


def test_an_empty_reply_has_a_place_for_the_answer_too():
    assert before_answers("") == [CUE]


def sample(**golds):
    image = ImageFile(sha256="a" * 64, file="a.png", width=9, height=9, bytes=9)
    return Sample(sample_id="a/1", question="Which?", options=(), gold=golds, image=image,
                  category="any", groups={})  # fmt: skip


def test_the_gold_is_the_corrected_one_a_letter_where_it_is_a_choice():
    released = Gold(kind="float", text=" 2.50 ", value=2.5)
    official = Gold(kind="choice", text="two and a half", letter="C")
    both = gold_of(sample(released=released, official=official, corrected=None))
    assert (both.labels, both.text) == ("official", "C")
    corrected = Gold(kind="choice", text="three", letter="D")
    found = gold_of(sample(official=official, corrected=corrected))
    assert (found.labels, found.text) == ("corrected", "D")
    assert gold_of(sample(released=released)).text == "2.50"


def test_a_sample_without_a_gold_has_none():
    assert gold_of(sample(released=None, official=Gold(kind="expression", text=" "))) is None
    assert gold_of(sample()) is None
