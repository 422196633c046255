"""What was right and how a reply was judged: golds, options and verdicts of a sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

KINDS = {"float": "number", "list": "list", "expression": "expression"}  # free answers, in words


@dataclass(frozen=True)
class Option:
    """An option with the label sets that have it as gold, and whether the reply chose it."""

    letter: str
    text: str
    gold: list[str]
    chosen: bool


@dataclass(frozen=True)
class Score:
    """One verdict with the gold answer that it was made against."""

    protocol: str
    labels: str
    gold: str | None
    verdict: str
    extracted: str | None
    rule: str
    reason: str | None


NO_SCORE = Score("", "", None, "unscored", None, "", None)  # a sample without any label set
SCORES = """
SELECT
    sample_id, protocol, labels, verdict, extracted, rule,
    nullif(concat_ws('; ', reason, judge_reply), '') AS reason
FROM verdicts
JOIN protocols USING (protocol)
WHERE run = ?
ORDER BY sample_id, position, labels <> 'official', labels
"""

Golds = Mapping[str, dict[str, Any] | None]


def verdicts(database: duckdb.DuckDBPyConnection, run: str) -> dict[str, list[list[Any]]]:
    """The verdicts of a run by sample, each without its gold: main protocol, official labels first."""
    found: dict[str, list[list[Any]]] = {}
    for sample_id, *score in database.execute(SCORES, [run]).fetchall():
        found.setdefault(sample_id, []).append(score)
    return found


def scores(found: list[list[Any]], gold: Golds) -> list[Score]:
    """A sample's verdicts with their golds."""
    return [
        Score(protocol, labels, answer(gold.get(labels)), *rest)
        for protocol, labels, *rest in found
    ]


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


def options(texts: list[str], gold: Golds, score: Score) -> list[Option]:
    """The options with what each label set and the reply of a score say of them."""
    found = []
    for index, text in enumerate(texts):
        letter = chr(ord("A") + index)
        labels = [name for name, one in gold.items() if one and letter in _letters(one)]
        found.append(Option(letter, text, labels, score.extracted == letter))
    return found


def _letters(gold: dict[str, Any]) -> list[str]:
    return [gold["letter"], *(gold.get("aliases") or [])]


def _decimals(places: int) -> str:
    return "1 decimal" if places == 1 else f"{places} decimals"
