r"""The ``\boxed{}`` of LaTeX: where its braces balance, and what it holds."""

import re

OPENING = "\\boxed{"
BRACES = re.compile(r"\\boxed\{|[{}]")


def spans(text: str) -> list[tuple[int, int]]:
    """Where every balanced box begins and ends, in order of their ends; one pass over the text."""
    waiting: list[int | None] = []  # where each open brace's box begins, None for a plain brace
    found = []
    for brace in BRACES.finditer(text):
        if brace[0] != "}":
            waiting.append(brace.start() if brace[0] == OPENING else None)
        elif waiting:
            start = waiting.pop()
            if start is not None:
                found.append((start, brace.end()))
    return found


def last_span(text: str) -> tuple[int, int] | None:
    """The balanced box that begins last, None where there is none."""
    return max(spans(text), default=None)


def last_boxed(text: str) -> str | None:
    """Content of the balanced box that begins last, None where there is none."""
    span = last_span(text)
    return None if span is None else _content(text, span)


def boxes(text: str) -> list[str]:
    """Contents of all balanced boxes in order; a box inside a box counts with the outer one."""
    found: list[tuple[int, int]] = []
    for span in sorted(spans(text)):
        if not found or span[0] >= found[-1][1]:
            found.append(span)
    return [_content(text, span) for span in found]


def _content(text: str, span: tuple[int, int]) -> str:
    return text[span[0] + len(OPENING) : span[1] - 1].strip()


def unboxed(text: str) -> str:
    """The text with the contents of its balanced boxes in place of the boxes."""
    while span := last_span(text):
        text = text[: span[0]] + _content(text, span) + text[span[1] :]
    return text
