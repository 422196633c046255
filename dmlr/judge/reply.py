"""What a judge's reply says: a verdict of the menu, or nothing."""

import json
import re
from typing import Any

from dmlr.judge.asked import JudgeVerdict

MENU: dict[str, JudgeVerdict] = {"correct": "correct", "wrong": "wrong"}
MARKUP = str.maketrans("", "", "*_`#")  # how a chat model makes a line bold, code or a heading
LINE = re.compile(r"verdict\s*[:：](.*)", re.IGNORECASE)
THINKING = ("<think>", "</think>")  # around what a reasoning model writes before its reply
SHOWN = 60  # characters of a reply that a reason shows


def read(text: str) -> tuple[JudgeVerdict, str | None]:
    """A reply's verdict, and why there is none where it is unparsed.

    What a model thinks before it replies says nothing. A reply of a JSON schema says it in its field
    ``verdict``. Any other says it on its last line that is not empty, ``VERDICT: correct`` or ``VERDICT:
    wrong``, where bold, case and a last point change nothing. An earlier such line can be a quotation
    or a first thought, and words in running text say nothing: "incorrect" holds "correct".
    """
    reply = _after_thinking(text)
    if reply is None:
        return "unparsed", f"must close its {THINKING[0]}, got {shown(text)}"
    said = _structured(reply)
    if said is None:
        match = _line(reply.rstrip().splitlines()[-1]) if reply.strip() else None
        if match is None:
            return "unparsed", f"must end in a verdict line, got {shown(text)}"
        said = match[1]
    found = MENU.get(said.strip().removesuffix(".").casefold())
    if found is None:
        return "unparsed", f"the verdict must be correct or wrong, got {shown(said)}"
    return found, None


def shown(text: str) -> str:
    """A text's end in one line, for a message."""
    return repr(" ".join(text[-4 * SHOWN :].split())[-SHOWN:])


def _after_thinking(text: str) -> str | None:
    """The reply itself, None where the thinking before it has no end."""
    begin, end = THINKING
    while text.lstrip().startswith(begin):
        _, closed, text = text.partition(end)
        if not closed:
            return None
    return text


def _line(line: str) -> re.Match[str] | None:
    return LINE.fullmatch(line.translate(MARKUP).strip())


def _structured(text: str) -> str | None:
    """The field of a JSON object, None where the text is none."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):  # the latter for very many brackets
        return None
    if not isinstance(value, dict) or "verdict" not in value:
        return None
    said = value["verdict"]
    return said if isinstance(said, str) else json.dumps(said)
