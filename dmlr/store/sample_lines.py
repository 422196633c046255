"""A run with a line per sample, as JSON lines and as CSV: what was asked, answered, judged, and took."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from dmlr.files import replacing
from dmlr.records import Prediction, Sample, from_row
from dmlr.spreadsheet import SafeCsv

# Tokens, passes of the language model, seconds.
COSTS = (
    "prompt_tokens", "image_tokens", "generated_tokens", "intermediate_tokens", "forwarded_tokens",
    "model_passes", "prefill_seconds", "intermediate_seconds", "optimise_seconds", "decode_seconds",
)  # fmt: skip
SAID = ("verdict", "score", "extracted", "rule", "reason")
ANSWERS = """
SELECT samples, predictions
FROM predictions
JOIN samples USING (sample_id)
WHERE run = $run
ORDER BY samples.rowid
"""
VERDICTS = """
SELECT sample_id, protocol, labels, verdict, score, extracted, rule, reason
FROM verdicts
JOIN protocols USING (protocol)
WHERE run = $run AND ($protocol IS NULL OR protocol = $protocol)
ORDER BY position, labels
"""
Line = dict[str, Any]


def write_json_lines(
    database: duckdb.DuckDBPyConnection, run: str, protocol: str | None, path: Path
) -> None:
    """Write an object per sample; its golds by labels, its verdicts by protocol and labels.

    Args:
        database: that of the stage aggregate.
        run: its name there.
        protocol: whose verdicts are written; None: all.
        path: the file.
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for line in _lines(database, run, protocol):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def write_csv(
    database: duckdb.DuckDBPyConnection, run: str, protocol: str | None, path: Path
) -> None:
    """Write the same flat: a column per gold, and three per protocol and labels.

    A text that a spreadsheet could take for a formula has an apostrophe before it; None is empty.
    """
    rows = [_flat(line) for line in _lines(database, run, protocol)]
    header = list(dict.fromkeys(name for row in rows for name in row))
    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        SafeCsv(file, header).write([row.get(name) for name in header] for row in rows)


def _lines(database: duckdb.DuckDBPyConnection, run: str, protocol: str | None) -> Iterator[Line]:
    """The samples of a run in the order of their benchmark."""
    verdicts: dict[str, dict[str, dict[str, Line]]] = {}
    asked = {"run": run, "protocol": protocol}
    for sample_id, name, labels, *said in database.execute(VERDICTS, asked).fetchall():
        of_sample = verdicts.setdefault(sample_id, {})
        of_sample.setdefault(name, {})[labels] = dict(zip(SAID, said, strict=True))
    for row, answer in database.execute(ANSWERS, {"run": run}).fetchall():
        sample = from_row(Sample, {name: row[name] for name in Sample.model_fields})
        prediction = Prediction(**{name: answer[name] for name in Prediction.model_fields})
        yield _line(run, sample, prediction, verdicts.get(sample.sample_id, {}))


def _line(run: str, sample: Sample, answer: Prediction, verdicts: dict[str, Any]) -> Line:
    return {
        "run": run,
        "sample_id": sample.sample_id,
        "category": sample.category,
        "question": sample.question,
        "options": list(sample.options),
        "image": sample.image.file,
        "golds": {labels: gold and gold.model_dump() for labels, gold in sample.gold.items()},
        "status": answer.status,
        "error": answer.error,
        "reply": answer.text,
        "stop_reason": answer.stop_reason,
        "verdicts": verdicts,
        "costs": {name: getattr(answer, name) for name in COSTS},
    }


def _flat(line: Line) -> Line:
    """The line without anything inside anything; golds by letter or else text."""
    golds, verdicts, costs = (line[name] for name in ("golds", "verdicts", "costs"))
    nested = ("options", "golds", "verdicts", "costs")
    return {
        **{name: value for name, value in line.items() if name not in nested},
        "options": json.dumps(line["options"], ensure_ascii=False),
        **{f"gold {labels}": gold and _words(gold) for labels, gold in golds.items()},
        **costs,
        **{
            f"{protocol} {labels} {name}": said[name]
            for protocol, by_labels in verdicts.items()
            for labels, said in by_labels.items()
            for name in ("verdict", "extracted", "reason")
        },
    }


def _words(gold: Line) -> str:
    return str(gold["letter"] or gold["text"])
