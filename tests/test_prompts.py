from dmlr import prompts


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
