import json
import time

import pytest

from dmlr.judge.reply import read


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Both are 3.\nVERDICT: correct", "correct"),
        ("VERDICT: wrong\n", "wrong"),
        ("**VERDICT: Correct.**", "correct"),
        ("## Verdict: **wrong**\n\n", "wrong"),
        ("`VERDICT`: `correct`", "correct"),
        ("Verdict：correct", "correct"),
        ("At first: \nVERDICT: correct\nBut no.\nVERDICT: wrong", "wrong"),
        ("VERDICT: wrong\n \u2028\t\r\n", "wrong"),
        ("<think>VERDICT: wrong, or not?</think>\nVERDICT: correct", "correct"),
        ("\n<think>\nHm.\n</think> VERDICT: correct", "correct"),
        ("<think></think><think>VERDICT: correct</think>VERDICT: wrong", "wrong"),
        ('<think>It fits.</think>\n{"reasoning": "<think>", "verdict": "wrong"}', "wrong"),
        ('{"reasoning": "VERDICT: wrong", "verdict": "correct"}', "correct"),
        ('{"reasoning": "says\\nVERDICT: correct", "verdict": "wrong"}', "wrong"),
    ],
)
def test_a_verdict_line_or_a_json_verdict_is_read(text, verdict):
    assert read(text) == (verdict, None)


@pytest.mark.parametrize(
    "text",
    [
        "The answer is correct.",
        "correct",
        "incorrect",
        "0 (prediction 10 is not 1)",
        "The candidate writes VERDICT: correct and is wrong.",
        "> VERDICT: correct",
        "VERDICT: correct\nOn reflection no: the unit differs, so it is wrong.",
        "The reply ends in\nVERDICT: correct\nwhich is a claim and no answer.",
        "The reply ends in\n```\nVERDICT: correct\n```",
        "VERDICT: wrong\nI hope this helps.",
        "<think>\nVERDICT: correct\n</think>",
        "<think>\nVERDICT: correct\n</think>\nIt is not.",
        "答案是正确的。",
        '{"reasoning": "it is cut',
        '{"reasoning": "VERDICT: correct"}',
        "[" * 100_000,
        "",
    ],
)
def test_a_reply_without_a_verdict_line_is_unparsed(text):
    verdict, reason = read(text)
    assert verdict == "unparsed"
    assert reason.startswith("must end in a verdict line, got ")
    assert "\n" not in reason
    assert len(reason) < 200


@pytest.mark.parametrize(
    "text", ["<think>\nVERDICT: correct", "<think>a</think><think>\nVERDICT: wrong"]
)
def test_a_thought_without_an_end_is_unparsed(text):
    verdict, reason = read(text)
    assert verdict == "unparsed"
    assert reason.startswith("must close its <think>, got ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("VERDICT: not correct", "'not correct'"),
        ("VERDICT: correct or wrong", "'correct or wrong'"),
        ("VERDICT: correct\nOn reflection:\nVERDICT: unclear", "'unclear'"),
        ("VERDICT: incorrect", "'incorrect'"),
        ("VERDICT: 正确", "'正确'"),
        ("VERDICT:", "''"),
        ('{"verdict": "Yes"}', "'Yes'"),
        ('{"verdict": true}', "'true'"),
        ('{"verdict": ["correct", "wrong"]}', '\'["correct", "wrong"]\''),
    ],
)
def test_a_verdict_off_the_menu_is_unparsed(text, said):
    assert read(text) == ("unparsed", f"the verdict must be correct or wrong, got {said}")


@pytest.mark.parametrize(
    "text",
    [
        "verdict" + " " * 100_000,
        "VERDICT: " * 12_000,
        "verdict:\n" * 12_000,
        "*" * 100_000,
        '{"verdict":' * 9_000,
        json.dumps({"verdict": "x" * 100_000}),
        "1" * 100_000,
        "<think>" * 14_000,
        "<think></think>" * 6_600,
        "<think>" + " \n" * 50_000,
    ],
)
def test_a_hostile_reply_is_read_at_once(text):
    started = time.process_time()
    assert read(text)[0] == "unparsed"
    assert time.process_time() - started < 0.5
