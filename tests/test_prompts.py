from dmlr import prompts
from dmlr.settings import Card


def test_unified_prompt_has_system_image_question_and_lettered_options():
    system, user = prompts.messages("Which?", ["left", "right"])
    assert system == {"role": "system", "content": prompts.SYSTEM}
    assert user["content"][0] == {"type": "image"}
    assert user["content"][1]["text"].endswith(
        "put your final answer within \\boxed{}.\n\nQuestion: Which?\nOptions:\nA. left\nB. right"
    )


def test_think_tokens_follow_the_question_as_a_second_text():
    _, user = prompts.messages("Why?", [], think_tokens=2)
    assert [part["type"] for part in user["content"]] == ["image", "text", "text"]
    assert user["content"][2]["text"] == "\n<|endoftext|><|endoftext|>"


def test_direct_prompt_leaves_the_system_prompt_to_the_template():
    (user,) = prompts.messages("Why?", [], prompt="direct")
    assert "without any reasoning" in user["content"][1]["text"]


def test_the_card_of_a_model_asks_in_its_words_and_for_the_same_answer_format():
    card = Card(system="Think first.", hint="Hint: answer at the end. Question: ")
    system, user = prompts.messages("Which?", ["left", "right"], prompt="card", card=card)
    assert system == {"role": "system", "content": "Think first."}
    assert user["content"] == [
        {"type": "image"},
        {
            "type": "text",
            "text": "Hint: answer at the end. Question: Which?\nOptions:\nA. left\nB. right\n\n"
            "Put your final answer within \\boxed{}.",
        },
    ]


def test_a_card_without_a_system_prompt_leaves_it_to_the_template():
    (user,) = prompts.messages("Why?", [], prompt="card", card=Card())
    assert user["content"][1]["text"] == "Why?\n\nPut your final answer within \\boxed{}."


def test_without_its_tokens_the_released_prompt_keeps_its_other_words():
    with_tokens = prompts.messages("Why?", [], prompt="internal_thinking", think_tokens=3)
    without = prompts.messages("Why?", [], prompt="internal_thinking")
    last = with_tokens[-1]["content"].pop(), without[-1]["content"].pop()
    assert with_tokens == without
    tokens = "Here are the 3 special tokens: <|endoftext|><|endoftext|><|endoftext|>"
    assert last[0]["text"] == last[1]["text"] + tokens
    assert last[1]["text"].startswith("\n\nPROBLEM: Why?\n\nThe following special tokens")


def test_without_its_tokens_the_unified_prompt_is_vanillas():
    with_tokens = prompts.messages("Why?", [], think_tokens=3)
    with_tokens[-1]["content"].pop()
    assert with_tokens == prompts.messages("Why?", [])
