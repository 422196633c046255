import random
import re
import time

import pytest

from dmlr.verify.extraction.extract import extract

KINDS = ("choice", "integer", "float", "list", "yesno", "expression")
WAYS = ("left", "right", "cross", "circle")
LONG = 100_000
LIMIT_SECONDS = 2.0  # of computing, so that a busy machine fails nothing

BAIT = [
    "\\boxed{", "}", "{", "\\frac", "\\frac{", "(", ")", "[", "<think>", "</think>", "<answer>",
    "</answer>", "1,", "1,1,", "1 ", ".", "..", "- ", "a", "a ", "A ", "A, ", "A or ", "B. ", "yes ", "Yes. ",
    "no, ", "answer", "answer is ", "the answer is A. ", "Answer: ", "Answer:\n", "final answer ", "correct option is ",
    "final ", "the correct ", "wait ", "=", "x=", "\\text{", "\\text{\\text{", "$", "$$", "**", "__", "`", "\n",
    "\r\n", " ", "\t", "\x00", "\x08", "\ud800", "\u202e", "\u200b", "😀", "é", "选", "故选", "答案是", "答案是A。",
    "是", "不", "1/", "1e", "1 1/2 ", "%", "\\%", "\\", "\\\\", "\\(", "\\[", "\\boxed{A}", "\\boxed{\\boxed{1}} ",
    "<|begin_of_box|>", "<|end_of_box|>", "½", "①", "# ", "> ", "* ", "- 5\n", "A\n", "A. left\n", "5\n", "[1,",
    "because ", ", since", "is correct ", "B is correct. ", "if the answer is A ", "\"", "{\"answer\": \"A\"} ", "x_1 = 1 or ",
    "if the ", "If it were so, the answer would be A. ", "many students think the answer is A ", "at first ", "not \\boxed{1} ", "\\boxed{1} or ",
    "Total: 5\n", "There are 5 left. ", "the the ", "→ C", "(Option C) ", "which is option B. ", "√", "\\sqrt1", "π", "6π cm ", "| 1 ", "x=3 ",
    "Yes, but ", ", but ", "B is the correct answer. ", "the option that is ", "check ", "2x + 3 = ", "$$\n5\n$$\n",
]  # fmt: skip
SIGNS = [
    chr(code) for code in [*range(0x80), *range(0x80, 0x11000, 97), *range(0xD800, 0xE000, 97)]
]


def timed(reply, kind):
    begin = time.process_time()
    found = extract(reply, kind, WAYS if kind == "choice" else ())
    seconds = time.process_time() - begin
    assert (found.value is None) == bool(found.reason)
    "".join(filter(None, (found.value, found.raw, found.reason))).encode()  # as records are stored
    return seconds


def test_a_piece_repeated_to_a_hundred_thousand_characters_is_read_in_time():
    took = []
    for place, piece in enumerate(BAIT):
        cue = re.search("answer|correct|答案|选", piece)
        kind = "choice" if cue else KINDS[place % 6]
        took.append((timed(piece * (LONG // len(piece)), kind), kind, piece))
    assert max(took)[0] < LIMIT_SECONDS, max(took)


@pytest.mark.parametrize("kind", KINDS)
def test_boxes_and_braces_open_nested_and_closed_are_read_in_time(kind):
    count = 20_000
    shapes = ["\\boxed{" * 100_000, "\\boxed{" * count + "}" * count, "\\boxed{1}" * count]
    shapes += ["\\boxed{" + "{" * count + "1" + "}" * count + "}", "\\boxed{" + "x" * LONG + "}"]
    shapes += ["The answer is " + "9" * LONG, "<answer>" * count + "</answer>"]
    slowest = max((timed(reply, kind), reply[:40]) for reply in shapes)
    assert slowest[0] < LIMIT_SECONDS, slowest


def test_ten_thousand_random_replies_raise_nothing_and_are_read_in_time():
    draw = random.Random(20261124)
    slowest = 0.0
    for _ in range(10_000):
        pieces = draw.choices(BAIT, k=draw.randint(1, 9))
        noise = "".join(draw.choices(SIGNS, k=8))
        place = draw.randrange(len(pieces) + 1)
        reply = "".join([*pieces[:place], noise, *pieces[place:]])
        slowest = max(slowest, timed(reply, draw.choice(KINDS)))
    assert slowest < LIMIT_SECONDS


ANSWERS = {
    "choice": [("B", "B"), ("(C)", "C"), ("D. circle", "D"), ("A) left", "A"), ("cross", "C")],
    "integer": [("7", "7"), ("-12", "-12"), ("1,250", "1250"), ("40", "40"), ("x = 9", "9")],
    "float": [
        ("0.25", "0.25"),
        ("3.50", "3.5"),
        ("1/3", "1/3"),
        ("-0.5", "-0.5"),
        ("1e-3", "0.001"),
    ],
    "list": [("[1, 2]", "[1, 2]"), ("[0.5, 3]", "[0.5, 3]"), ("(4, 5, 6)", "[4, 5, 6]")],
    "yesno": [("Yes", "Yes"), ("no", "No"), ("No", "No"), ("true", "Yes")],
    "expression": [("x^2+1", "x^2+1"), ("2\\pi", "2\\pi"), ("\\frac{1}{x}", "\\frac{1}{x}")],
}
DRESSES = ["{}", "**{}**", "${}$", "\\({}\\)", "\\mathbf{{{}}}", " {} ", "{}.", "\u200b{}"]
PLACES = [
    "\\boxed{{{}}}", "$$\\boxed{{{}}}$$", "<answer>{}</answer>", "The answer is {}", "Answer: {}", "**Answer:** {}",
    "### Final Answer\n{}", "The final answer is:\n\n{}", "答案是{}", "{}", "So, {}", "<think>Hm, 3 or A?</think>{}",
]  # fmt: skip
PROSE = [
    "Let us look at the picture.\n", "A cat is visible, and I see 3 of 12 bars.\n\n", "First, 2 + 3 = 5, so it is not B.\n",
    "There is no triangle. Yes, really.\n", "1. Look.\n2. Count.\n", "Is the answer A? Let us see.\n",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_dress_and_place_do_not_change_an_answer(kind):
    for text, value in ANSWERS[kind]:
        for dress in DRESSES:
            for place in PLACES:
                reply = place.format(dress.format(text))
                assert extract(reply, kind, WAYS).value == value, reply


@pytest.mark.parametrize("kind", KINDS)
def test_prose_before_the_statement_does_not_change_it(kind):
    draw = random.Random(7)
    stated = [place for place in PLACES if place not in ("{}", "So, {}")]
    for _ in range(600):
        text, value = draw.choice(ANSWERS[kind])
        before = "".join(draw.choices(PROSE, k=draw.randint(1, 6)))
        reply = before + draw.choice(stated).format(draw.choice(DRESSES).format(text))
        assert extract(reply, kind, WAYS).value == value, reply
