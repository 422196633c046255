"""The wording of every prompt, rendered in one place from a question and its options.

The texts of the unified prompt are settings of the paper (system prompt of R1-style models; task prompt
of its section on the experimental setup), those of the internal-thinking prompt are settings of the
released code. Both are reproduced literally, since one changed word changes every number. The two task
prompts that the released code has besides (its --solver_prompt_idx 1 and 2) are in our words.
"""

from collections.abc import Sequence
from typing import Any

from dmlr.chat import THINK, Messages
from dmlr.settings import Card

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
DETAILED_TASK = (
    "Please solve this problem about the image in the following steps:\n"
    "1. Look at the image and note down everything that matters.\n"
    "2. Divide the problem into parts.\n"
    "3. Write down the reasoning and the calculations of every part.\n"
    "4. Put your final answer within \\boxed{}."
)
# The second text block of the released code, with its missing spaces.
INTERNAL_THINKING = (
    "\n\nPROBLEM: {question}\n\n"
    "The following special tokens represent YOUR INTERNAL THINKING SPACE where your reasoning happens "
    "implicitly.\nYou do NOT need to output explicit reasoning steps"
    "After these tokens, directly provide your final answer."
    "Here are the {count} special tokens: {block}"
)
WITHOUT_TOKENS = INTERNAL_THINKING.partition("Here are the")[0]  # the same words about none
# Multimodal-CoT's first call, in our words: its models are fine-tuned and need none.
RATIONALE_TASK = (
    "Please analyze the image carefully and write down only the reasoning that helps to answer the "
    "question. Do not give the final answer."
)
# CCoT's first call, a setting of its paper, literally.
SCENE_GRAPH_TASK = (
    "For the provided image and its associated question, generate a scene graph in JSON format that "
    "includes the following:\n"
    "1. Objects that are relevant to answering the question\n"
    "2. Object attributes that are relevant to answering the question\n"
    "3. Object relationships that are relevant to answering the question\n\n"
    "Scene Graph:"
)
GRAPH_ANSWER_TASK = "Use the image and scene graph as context and answer the following question:"
ANSWER_FORMAT = "Put your final answer within \\boxed{}."  # the same for every method
# Prompt -> system prompt (None: the chat template's own) and task prompt. The prompt ``card`` has those
# of the model's card instead.
PROMPTS: dict[str, tuple[str | None, str]] = {
    "unified": (SYSTEM, TASK),
    "direct": (None, DIRECT_TASK),
    "internal_thinking": (SYSTEM, TASK),
    "internal_thinking_detailed": (SYSTEM, DETAILED_TASK),
    "internal_thinking_direct": (SYSTEM, DIRECT_TASK),
}


def messages(
    question: str,
    options: Sequence[str],
    *,
    prompt: str = "unified",
    think_tokens: int = 0,
    images: int = 1,
    card: Card | None = None,
) -> Messages:
    """Chat messages with the image placeholders first, ready for a chat template.

    Args:
        question: the question's text.
        options: texts of the options, empty for a free-form question.
        prompt: ``unified`` (system and task prompt, paper's setup), ``direct`` (answer only),
            ``internal_thinking`` (unified, and the released code's words around the think tokens; with
            ``_detailed`` or ``_direct`` behind it another task prompt) or
            ``card`` (as the model's card asks, and the answer-format line).
        think_tokens: how many stand behind the question (paper, Sec. 3), in the same turn.
        images: how many images the question is about.
        card: what the prompt ``card`` takes.

    Raises:
        KeyError: for an unknown prompt.
        ValueError: for the prompt ``card`` without one.
    """
    asked = question_text(question, options)
    if prompt == "card":
        if card is None:
            raise ValueError("the prompt card needs the card of a model")
        return _turns(f"{card.hint}{asked}\n\n{ANSWER_FORMAT}", images, system=card.system)
    system, task = PROMPTS[prompt]
    turns = _turns(f"{task}\n\nQuestion: {asked}", images, system=system)
    if think_tokens or prompt == "internal_thinking":
        block = {"type": "text", "text": _think_block(prompt, asked, think_tokens)}
        turns[-1]["content"].append(block)
    return turns


def rationale_messages(question: str, options: Sequence[str], *, images: int = 1) -> Messages:
    """Multimodal-CoT's first call: the reasoning alone."""
    asked = question_text(question, options)
    return _turns(f"{RATIONALE_TASK}\n\nQuestion: {asked}", images)


def from_rationale_messages(
    question: str, options: Sequence[str], rationale: str, *, images: int = 1
) -> Messages:
    """Multimodal-CoT's second call: a new conversation with the rationale in it."""
    asked = question_text(question, options)
    return _turns(f"{TASK}\n\nQuestion: {asked}\n\nRationale: {rationale}", images)


def scene_graph_messages(question: str, *, images: int = 1) -> Messages:
    """CCoT's first call; the question without its options, as its authors ask."""
    return _turns(f"{question}\n\n{SCENE_GRAPH_TASK}", images)


def from_scene_graph_messages(
    question: str, options: Sequence[str], graph: str, *, images: int = 1
) -> Messages:
    """CCoT's second call: the graph as raw text, then the question."""
    asked = question_text(question, options)
    text = f"Scene Graph: {graph}\n\n{GRAPH_ANSWER_TASK}\n{asked}\n\n{ANSWER_FORMAT}"
    return _turns(text, images)


def _turns(text: str, images: int, *, system: str | None = SYSTEM) -> Messages:
    content: list[dict[str, str]] = [{"type": "image"}] * images
    content.append({"type": "text", "text": text})
    user: dict[str, Any] = {"role": "user", "content": content}
    return [user] if system is None else [{"role": "system", "content": system}, user]


def question_text(question: str, options: Sequence[str]) -> str:
    """The question, with its options as lettered lines where it has any."""
    if not options:
        return question
    lines = [f"{chr(ord('A') + i)}. {option}" for i, option in enumerate(options)]
    return "\n".join([question, "Options:", *lines])


def _think_block(prompt: str, asked: str, count: int) -> str:
    block = THINK * count
    if not count:
        return WITHOUT_TOKENS.format(question=asked)
    if prompt.startswith("internal_thinking"):
        return INTERNAL_THINKING.format(question=asked, count=count, block=block)
    return f"\n{block}"
