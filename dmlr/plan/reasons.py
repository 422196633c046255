"""Why snakemake would run a job, in this project's words."""

import ast
import json
from collections.abc import Iterator
from typing import Any

SETTINGS = "Params have changed since last execution: "
# How snakemake's sentences begin, the strongest first -> ours. What follows from other jobs comes last.
WORDS = {
    "Forced execution": "forced",
    "Missing output files": "not made yet",
    "Incomplete output files": "was cut short",
    SETTINGS: "settings changed",
    "Code has changed since last execution": "the rule changed",
    "Set of input files has changed since last execution": "other input files",
    "Updated input files": "an input file changed",
    "Software environment definition has changed since last execution": "environment changed",
    "Input files updated by another job": "follows from jobs above",
}
NAMED = 3  # settings that are named, each with both values
NAMELESS = ("code", "files")  # settings whose values are digests
LONGEST = 30  # characters of a value


def why(reason: str) -> str:
    """One sentence of snakemake about one job as a few words, for changed settings with their values."""
    for begins, words in WORDS.items():
        if reason.startswith(begins) or f"; {begins}" in reason:
            return _changed(reason) or words if begins == SETTINGS else words
    return reason


def _changed(reason: str) -> str:
    before, _, now = reason.partition(SETTINGS)[2].partition("before: ")[2].partition(" now: ")
    old, new = _values(before), _values(now)
    if any(isinstance(value, str) and value.startswith("attempts: ") for value in new):
        return "tries again what failed"
    differences = [_difference(*one) for one in _differing(_settings(old), _settings(new))]
    more = f" and {len(differences) - NAMED} more" if len(differences) > NAMED else ""
    return ", ".join(differences[:NAMED]) + more


def _values(text: str) -> list[Any]:
    """The literals that snakemake lists, behind which there may be a blank and another sentence."""
    for end in (len(text), text.rfind("' ; ") + 1):
        try:
            return list(ast.literal_eval(f"[{text[:end].strip()}]"))
        except (SyntaxError, ValueError):
            continue
    return []


def _settings(values: list[Any]) -> dict[str, Any]:
    """The one value that is a stage's settings."""
    for value in values:
        if isinstance(value, str) and value.startswith("{"):
            found: dict[str, Any] = json.loads(value)
            return found
    return {}


def _differing(
    old: dict[str, Any], new: dict[str, Any], place: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    for name in {**old, **new}:
        one, other, where = old.get(name), new.get(name), f"{place}{name}"
        if isinstance(one, dict) and isinstance(other, dict) and where != "files":
            yield from _differing(one, other, f"{where}.")
        elif one != other:
            yield where, one, other


def _difference(where: str, old: Any, new: Any) -> str:
    if where in NAMELESS:
        return {"code": "the stage's code changed"}.get(where, f"{where} changed")
    values = (json.dumps(old), json.dumps(new))
    if max(map(len, values)) > LONGEST:
        return f"{where} changed"
    return f"{where} {values[0]} -> {values[1]}"
