"""A run in the layout of the released code: ``results.json`` and ``reward_logs/``.

Keys and columns are the released ones. Where a sample has no score ``is_correct`` is null, which the
released code does not know: it counts such a sample as wrong.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb

from dmlr import prompts
from dmlr.files import write_json, write_text
from dmlr.records import Sample, from_row
from dmlr.wording import asked

LABELS = 4  # place of the labels among what ENTRIES asks for
REWARD_LOG = ("step", "reward", "sigma", "is_new_best", "patch_count", "patch_budget")


def write_released(
    database: duckdb.DuckDBPyConnection, run: str, protocol: str, folder: Path
) -> None:
    """Write one run, scored under one protocol and one label set, in place of what the folder has.

    The labels are the released ones where the authors' prompts were asked, else the official ones.
    """
    write_json(folder / "results.json", results(database, run, protocol))
    logs, place = reward_logs(database, run), folder / "reward_logs"
    names = {log_name(index) for index in logs}
    for stale in {path.name for path in place.glob("*.csv")} - names:
        (place / stale).unlink()
    for index, text in logs.items():
        write_text(place / log_name(index), text)


def results(database: duckdb.DuckDBPyConnection, run: str, protocol: str) -> dict[str, Any]:
    """The content of ``results.json`` of one run; ``data_idx`` counts its samples from 0."""
    ((model, benchmark, told, provenance),) = database.execute(
        "SELECT model, benchmark, settings, provenance FROM runs WHERE run = ?", [run]
    ).fetchall()
    config = json.loads(told)
    system, task = asking(config)
    prompt = {"sys_prompt": system, "prompt": task}
    keys = {"run": run, "protocol": protocol}
    rows = database.execute(NUMBERED + ENTRIES, keys).fetchall()
    entries = [_entry(*row) | prompt for row in rows]
    labels = rows[0][LABELS] if rows else None
    correct = sum(entry["is_correct"] is True for entry in entries)
    scored = sum(entry["is_correct"] is not None for entry in entries)
    return {
        "model": model,
        "dataset": benchmark,
        "accuracy": correct / scored if scored else None,
        "correct": correct,
        "total": len(entries),
        "config": config,
        "args": {"protocol": protocol, "labels": labels, "provenance": json.loads(provenance)},
        "entries": entries,
    }


def log_name(index: int) -> str:
    """The name of a sample's reward log."""
    return f"reward_steps_{index:06d}.csv"


def asking(config: dict[str, Any]) -> tuple[str | None, str]:
    """System prompt and task prompt of a run; of a method of two calls, those of the second."""
    profile, card = config["profile"], config["model"].get("card", {})
    if profile["method"] == "ccot":
        return prompts.SYSTEM, prompts.GRAPH_ANSWER_TASK
    if profile.get("prompt") == "card":
        return card["system"], card["hint"]
    return prompts.PROMPTS[profile.get("prompt", "unified")]


# Entries and reward logs share one numbering: the run's samples in the order of their benchmark.
NUMBERED = """
WITH numbered AS (
    SELECT sample_id, row_number() OVER (ORDER BY samples.rowid) - 1 AS data_idx
    FROM predictions JOIN samples USING (sample_id) WHERE run = $run
)
"""
ENTRIES = """
SELECT
    data_idx, samples, predictions.text, verdicts.extracted, verdicts.labels, verdicts.score,
    predictions.best_reward, predictions.best_step, predictions.stop_reason
FROM predictions
JOIN samples USING (sample_id)
JOIN numbered USING (sample_id)
JOIN verdicts USING (run, sample_id)
WHERE run = $run AND protocol = $protocol
QUALIFY labels = first(labels) OVER (
    ORDER BY labels <> 'released' OR samples.prompt_source <> 'released', labels <> 'official', labels
)
ORDER BY data_idx
"""
REWARDS = """
SELECT data_idx, step, reward, sigma, is_best, patch_count, patch_budget
FROM traces
JOIN numbered USING (sample_id)
WHERE run = $run
ORDER BY data_idx, step
"""


def _entry(
    index: int, row: dict[str, Any], text: str, extracted: str | None, labels: str,
    score: int | None, best_reward: float | None, best_step: int | None, stop_reason: str | None,
) -> dict[str, Any]:  # fmt: skip
    sample = from_row(Sample, {name: row[name] for name in Sample.model_fields})
    gold = sample.gold[labels]
    return {
        "data_idx": index,
        "question": prompts.question_text(*asked(sample)),
        "image_path": sample.image.file,
        "model_output": text,
        "answer": extracted,
        "ground_truth": (gold.solution or gold.letter or gold.text) if gold else "",
        "ground_truth_text": gold.text if gold else "",
        "is_correct": None if score is None else bool(score),
        "best_reward": best_reward,
        "best_reward_step": best_step,
        "stop_reason": stop_reason,
    }


def reward_logs(database: duckdb.DuckDBPyConnection, run: str) -> dict[int, str]:
    """The reward logs of a run as CSV, by the number of their sample."""
    rows = database.execute(NUMBERED + REWARDS, {"run": run}).fetchall()
    logs: dict[int, list[list[Any]]] = {}
    for index, step, reward, sigma, is_best, patches, budget in rows:
        row = [step, repr(reward), repr(sigma), int(is_best), patches, budget]
        logs.setdefault(index, []).append(row)
    return {index: _csv(steps) for index, steps in logs.items()}


def _csv(steps: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([REWARD_LOG, *steps])
    return text.getvalue()
