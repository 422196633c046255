"""The wording of every prompt, rendered in one place from a question and its options.

The two texts of the unified prompt are settings of the paper (system prompt of R1-style models; task
prompt of its section on the experimental setup) and are reproduced literally, since one changed word
changes every number.
"""

from collections.abc import Sequence

SYSTEM = (
    "A conversation between User and Assistant. The user asks a question, and the Assistant solves "
    "it. The assistant first thinks about the reasoning process in the mind and then provides the "
    "user with the answer. The reasoning process and answer are enclosed within <think> </think> and "
    "<answer> </answer> tags, respectively, i.e., <think> reasoning process here </think><answer> "
    "answer here </answer>"
)
TASK = (
    "Please analyze the image carefully and solve this problem step by step.\n"
    "Show your reasoning process clearly, then put your final answer within \\boxed{}."
)
DIRECT_TASK = (
    "Please answer the question about the image directly, without any reasoning.\n"
    "Put your final answer within \\boxed{}."
)
# Prompt -> system prompt (None: the chat template's own) and task prompt.
PROMPTS: dict[str, tuple[str | None, str]] = {
    "unified": (SYSTEM, TASK),
    "direct": (None, DIRECT_TASK),
}

Messages = list[dict[str, object]]


def messages(
    question: str, options: Sequence[str], *, prompt: str = "unified", think_block: str = ""
) -> Messages:
    """Chat messages with the image placeholder first, ready for a chat template.

    Args:
        question: the question's text.
        options: texts of the options, empty for a free-form question.
        prompt: ``unified`` (system and task prompt, paper's setup) or ``direct`` (answer only).
        think_block: the think tokens' text; it follows the question (paper, Sec. 3) in the same turn.

    Raises:
        KeyError: for an unknown prompt.
    """
    system, task = PROMPTS[prompt]
    content: list[dict[str, str]] = [
        {"type": "image"},
        {"type": "text", "text": f"{task}\n\nQuestion: {question_text(question, options)}"},
    ]
    if think_block:
        content.append({"type": "text", "text": f"\n{think_block}"})
    user: dict[str, object] = {"role": "user", "content": content}
    return [user] if system is None else [{"role": "system", "content": system}, user]


def question_text(question: str, options: Sequence[str]) -> str:
    """The question, with its options as lettered lines where it has any."""
    if not options:
        return question
    lines = [f"{chr(ord('A') + i)}. {option}" for i, option in enumerate(options)]
    return "\n".join([question, "Options:", *lines])
