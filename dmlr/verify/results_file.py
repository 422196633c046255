"""A bare ``results.json`` of the released layout, scored again: the released ``--verify_only``.

The authors' code and our exports write it alike. What is not about the score stays as it is.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmlr.datasets.options import asked
from dmlr.datasets.released_json import DIALECTS, gold_of
from dmlr.errors import RecordError
from dmlr.files import write_json
from dmlr.judge.entry import Judge
from dmlr.progress import say
from dmlr.records import Gold, Verdict
from dmlr.verify.decision import Decision, Posed
from dmlr.verify.protocol import Protocol
from dmlr.verify.rule_sets import RULE_SETS
from dmlr.verify.scoring import NO_GOLD, Scored
from dmlr.verify.verify import decided

TEXTS = ("question", "model_output", "ground_truth")


@dataclass(frozen=True)
class Scoring:
    """Under which protocol a file is scored, by which judge, and where judgements are kept.

    ``loader`` is the benchmark's; None: it is found by the paths of the pictures or the data set's name.
    """

    name: str
    protocol: Protocol
    judge: Judge | None
    ledger: Path
    loader: str | None = None


def rescore(path: Path, scoring: Scoring, out: Path) -> None:
    """Score every entry of the file again and write the file, in the same layout, to ``out``.

    An entry without a score has ``is_correct`` null and does not count in ``accuracy``.

    Raises:
        RecordError: it is no such file.
    """
    content = _read(path)
    loader = scoring.loader or _loader(content)
    scored = [_scored(scoring.protocol, loader, entry) for entry in content["entries"]]
    verdicts = decided(scoring.protocol, scored, scoring.judge, scoring.ledger)
    write_json(out, _rewritten(content, scoring.name, loader, verdicts))
    right, n = (sum(one.score in of for one in verdicts) for of in ((1,), (0, 1)))
    share = f"{100 * right / n:.1f} %" if n else "nothing scored"
    say(f"verify {out}: {right} of {n} scored ({share}), {len(verdicts) - n} without a score")


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        # An escape can spell half a character (a lone surrogate), which no file can hold.
        content = json.loads(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{path}: must be a JSON file ({error})") from None
    entries = content.get("entries") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise RecordError(
            f"{path}: must be an object with a list `entries`, one for every question"
        )
    if not isinstance(content.get("args", {}), dict):
        raise RecordError(f"{path}: args must be an object, got {content['args']!r:.60}")
    for place, entry in enumerate(entries):
        for name in TEXTS:
            found = entry.get(name) if isinstance(entry, dict) else None
            if not isinstance(found, str):
                raise RecordError(
                    f"{path}: entries[{place}].{name} must be text, got {found!r:.60}"
                )
    return content


def _loader(content: dict[str, Any]) -> str:
    """Which benchmark it is: by where all pictures lie, else by the name of the data set."""
    places = [str(entry.get("image_path", "")) for entry in content["entries"]]
    name = re.sub(r"[^a-z]", "", str(content.get("dataset", "")).lower())
    for prefix, loader in DIALECTS.items():
        if all(prefix in place for place in places) or loader.replace("-", "") in name:
            return loader
    return "json"


def _scored(protocol: Protocol, loader: str, entry: dict[str, Any]) -> Scored:
    found = asked(entry["question"])
    posed, gold = Posed(loader, found.question, found.options), _gold(entry, found.options)
    if gold is None:
        decision = Decision("failed", None, NO_GOLD, "ground_truth is empty")
    elif not entry["model_output"].strip() and entry.get("stop_reason") is None:
        decision = Decision("failed", None, "none", "no answer was made")  # as our exports say it
    else:
        decision = RULE_SETS[protocol.rules](entry["model_output"], gold, posed)
    return Scored(
        str(entry.get("data_idx", "")), "released", entry["model_output"], gold, posed, decision
    )


def _gold(entry: dict[str, Any], options: Sequence[str]) -> Gold | None:
    """The gold, from whichever of the two fields names an option where there are options.

    A letter whose text stands in the other field is not the whole string of a released file, which the
    released rules compare with.
    """
    told = [entry.get(name) for name in ("ground_truth", "ground_truth_text")]
    texts = [text for text in told if isinstance(text, str) and text]
    golds = [gold for text in texts if (gold := gold_of(text, entry["question"], options))]
    gold = next((gold for gold in golds if gold.letter), golds[0] if golds else None)
    if gold and len(texts) == 2 and gold.solution == gold.letter != texts[1]:
        return gold.model_copy(update={"text": texts[1], "solution": ""})
    return gold


def _rewritten(
    content: dict[str, Any], protocol: str, loader: str, verdicts: Sequence[Verdict]
) -> dict[str, Any]:
    correct = sum(one.score == 1 for one in verdicts)
    scored = sum(one.score is not None for one in verdicts)
    entries = [
        {
            **entry,
            "answer": one.extracted,
            "is_correct": None if one.score is None else one.score == 1,
        }
        for entry, one in zip(content["entries"], verdicts, strict=True)
    ]
    return {
        **content,
        "accuracy": correct / scored if scored else None,
        "correct": correct,
        "total": len(entries),
        "args": {**content.get("args", {}), "protocol": protocol, "loader": loader},
        "entries": entries,
    }
