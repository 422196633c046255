"""Taking a question and its options out of the text of a prompt that holds both.

Every prompt of the released files, and MMStar's official questions, spell their options out in one of
five ways. A text that follows none of them is a question without options.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# How an option list begins, with the mark of the first option; most particular first.
# Some released files hold a backslash and an n where they mean a line's end.
_BREAK = r"(?:\\n|\n) {0,3}"
_LISTS = (
    # MathVista: lines "(A) text" behind "Choices:"; a few questions of MMStar lack the word
    (re.compile(r"\n(?:Choices:\n)?(?=\(A\))"), re.compile(r"\(([A-Z])\) ?"), "\n"),
    # MMVP: "(a) text (b) text" in one line
    (re.compile(_BREAK + r"Options: (?=\(a\) )"), re.compile(r"\(([a-z])\) "), " "),
    # MMStar: "A: text, B: text"
    (re.compile(_BREAK + r"Options:\s?(?=A: )"), re.compile(r"([A-Z]): "), ", "),
    # ScienceQA: lines "A. text"
    (re.compile(_BREAK + r"Options:\n(?=A\. )"), re.compile(r"([A-Z])\. "), "\n"),
    # MathVision: "A. text, B. text"
    (re.compile(_BREAK + r"Options:\s?(?=A\. )"), re.compile(r"([A-Z])\. "), ", "),
)
_QUESTION = re.compile(r"(?:^|\\n|\n) {0,3}Question:")


@dataclass(frozen=True)
class Asked:
    """A question's text without instructions, and its options in order (empty: free form)."""

    question: str
    options: tuple[str, ...]


def asked(prompt: str) -> Asked:
    """Take a prompt apart; nothing of an option's own text is changed but blanks around it."""
    for start, mark, separator in _LISTS:
        if found := list(start.finditer(prompt)):
            body = prompt[found[-1].end() :]
            return Asked(_stem(prompt[: found[-1].start()]), split(body, mark, separator))
    return Asked(_stem(prompt), ())


def offered(
    options: tuple[str, ...], wordings: Mapping[str, str], prompt_source: str
) -> tuple[str, ...]:
    """The options that a model gets to see: those of the wording that asks, as it spells them out.

    A released or official wording may list others than the sample has: pieces of them, or padding. A
    reply is judged by what was asked; the letters of the golds are the same.
    """
    return asked(wordings.get(prompt_source, "")).options or options


def split(body: str, mark: re.Pattern[str], separator: str) -> tuple[str, ...]:
    """Cut a list of options at its marks A, B, C, ... in order.

    A mark counts only behind a separator and only when it is the letter that is due, so that a letter
    with a dot inside an option does not cut it.

    Args:
        body: the text from the first mark on.
        mark: what stands before an option, with its letter as the group.
        separator: what stands between two options.
    """
    cuts: list[tuple[int, int]] = []
    for found in mark.finditer(body):
        due = chr(ord("A") + len(cuts))
        behind = found.start() == 0 or body[: found.start()].endswith(separator)
        if found[1].upper() == due and behind:
            cuts.append((found.start(), found.end()))
    if not cuts:
        return ()
    ends = [start for start, _ in cuts[1:]] + [len(body)]
    texts = [body[begin:end] for (_, begin), end in zip(cuts, ends, strict=True)]
    last = len(texts) - 1
    return tuple(
        (text.removesuffix(separator) if i < last else text).strip() for i, text in enumerate(texts)
    )


def _stem(text: str) -> str:
    """What follows the first "Question:", or everything where no such word stands."""
    found = _QUESTION.search(text)
    return text[found.end() :].strip() if found else text.rstrip()
