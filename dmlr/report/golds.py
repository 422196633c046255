"""Gold answers as a reader sees them."""

from collections.abc import Mapping
from typing import Any

KINDS = {"float": "number", "list": "list", "expression": "expression"}  # free answers, in words

Golds = Mapping[str, dict[str, Any] | None]  # by label set


def ordered(golds: Golds) -> list[tuple[str, dict[str, Any] | None]]:
    """Golds by label set, the official ones first."""
    return sorted(golds.items(), key=lambda pair: (pair[0] != "official", pair[0]))


def answer(gold: dict[str, Any] | None) -> str | None:
    """A gold as a reader sees it: a letter with its text, or a text with what it is compared as."""
    if gold is None:
        return None
    text = str(gold["text"])
    if letter := gold["letter"]:
        text = f"{letter}. {text}" if text not in ("", letter) else letter
    elif kind := KINDS.get(gold["kind"]):
        places = gold.get("precision")
        text += f" ({kind})" if places is None else f" ({kind} to {_decimals(places)})"
    also = gold.get("aliases") or []
    return f"{text}, or {', '.join(also)}" if also else text


def options(texts: list[str], golds: Golds) -> list[tuple[str, list[str]]]:
    """The options, each with the label sets that have it as gold."""
    return [
        (text, [labels for labels, gold in ordered(golds) if gold and _is_gold(index, gold)])
        for index, text in enumerate(texts)
    ]


def _is_gold(index: int, gold: dict[str, Any]) -> bool:
    return chr(ord("A") + index) in [gold["letter"], *(gold.get("aliases") or [])]


def _decimals(places: int) -> str:
    return "1 decimal" if places == 1 else f"{places} decimals"
