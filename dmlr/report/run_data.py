"""A run's answers as scripts: an index for lists and filters, and chunks with replies and verdicts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from dmlr.errors import RecordError
from dmlr.report.numbers import finite
from dmlr.report.sample_data import chunks
from dmlr.report.scripts import Entry, script, script_of
from dmlr.report.text import pieces
from dmlr.report.trace_data import traces

LETTERS = {"correct": "c", "wrong": "w", "unparsed": "u", "failed": "f"}
ENDS = {"end": "e", "length": "l", None: "-"}
NO_REPLY = "x"
NONE = "-"  # no such prediction or verdict

ROWS = """
SELECT predictions.* EXCLUDE (run)
FROM predictions
WHERE run = ?
"""
VERDICTS = """
SELECT sample_id, protocol, labels, verdict, extracted, rule, reason, judge_model, judge_reply
FROM verdicts
JOIN protocols USING (protocol)
WHERE run = ?
ORDER BY sample_id, position, labels <> 'official', labels
"""
NUMBERS = (
    "prompt_tokens", "image_tokens", "intermediate_tokens", "generated_tokens", "forwarded_tokens",
    "model_passes", "batch_rows", "peak_memory_bytes",
)  # fmt: skip
SECONDS = ("prefill_seconds", "intermediate_seconds", "optimise_seconds", "decode_seconds")
WHERE_THERE = (
    "error", "stop_reason", "intermediate", "intermediate_stop_reason", "replies", "insertions",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """A prediction with its verdicts, the main protocol's under the main labels first."""

    row: dict[str, Any]
    verdicts: list[list[Any]]

    @property
    def main(self) -> list[Any] | None:
        """The verdict that marks the sample; None where there is none."""
        return self.verdicts[0] if self.verdicts else None

    @property
    def disputed(self) -> bool:
        """True where protocols differ under the same labels."""
        found: dict[str, set[str]] = {}
        for _, labels, verdict, *_ in self.verdicts:
            found.setdefault(labels, set()).add(verdict)
        return any(len(verdicts) > 1 for verdicts in found.values())

    @property
    def end(self) -> str:
        """How the reply ended, as a letter."""
        return NO_REPLY if self.row["status"] == "failed" else ENDS[self.row["stop_reason"]]


def answers(database: duckdb.DuckDBPyConnection, run: str) -> dict[str, Answer]:
    """The answers of a run by sample.

    Raises:
        RecordError: a patch lies outside of its grid.
    """
    asked = database.execute(ROWS, [run])
    names = [column[0] for column in asked.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    verdicts: dict[str, list[list[Any]]] = {}
    for sample_id, *verdict in database.execute(VERDICTS, [run]).fetchall():
        verdicts.setdefault(sample_id, []).append(verdict)
    for row in rows:
        _check_patches(row, run)
    return {row["sample_id"]: Answer(row, verdicts.get(row["sample_id"], [])) for row in rows}


def run_scripts(
    database: duckdb.DuckDBPyConnection, run: str, ids: Sequence[str]
) -> Iterable[tuple[str, str]]:
    """Names and texts of a run's data files; ``ids`` are the samples in the benchmark's order."""
    found, traced = answers(database, run), traces(database, run)
    yield "index.js", script(f"runs/{run}/index", _index([found.get(one) for one in ids]))
    for number, part in chunks(ids):
        name = f"replies-{number:03d}"
        entries = [
            Entry(one, _whole(found[one]), {"trace": traced[one]} if one in traced else {})
            for one in part
            if one in found
        ]
        yield f"{name}.js", script_of(f"runs/{run}/{name}", entries)


def _index(found: Sequence[Answer | None]) -> dict[str, Any]:
    """By the samples' order: verdict, end and dispute as letters in a line, and the answers read."""
    main = [one.main if one else None for one in found]
    return {
        "verdicts": "".join(LETTERS[one[2]] if one else NONE for one in main),
        "ends": "".join(one.end if one else NONE for one in found),
        "disputed": "".join("01"[one.disputed] if one else NONE for one in found),
        "answers": [one[3] if one else None for one in main],
    }


def _whole(found: Answer) -> dict[str, Any]:
    """An answer as it is shown; what it does not have is left out."""
    row = found.row
    extracted = found.main[3] if found.main else None
    told: dict[str, Any] = {"reply": pieces(row["text"], extracted)} if row["text"] else {}
    told |= {name: row[name] for name in WHERE_THERE if row[name]}
    told["verdicts"] = found.verdicts
    if row["status"] == "ok":
        told["took"] = [row[name] for name in NUMBERS]
        told["seconds"] = [finite(row[name]) for name in SECONDS]
    if row["grid_rows"]:
        told["grid"] = [row["grid_rows"], row["grid_columns"]]
    if any(row["best_patches"] or ()):
        told["patches"] = row["best_patches"]
    if row["best_reward"] is not None:
        rewards = finite(row["initial_reward"]), finite(row["best_reward"])
        told["reward"] = [*rewards, row["best_step"]]
    return told


def _check_patches(row: dict[str, Any], run: str) -> None:
    cells = row["grid_rows"] * row["grid_columns"]
    for patch in (patch for chosen in row["best_patches"] or () for patch in chosen):
        if not 0 <= patch < cells:
            raise RecordError(
                f"{run}, {row['sample_id']}: best_patches must lie in the {row['grid_rows']} x "
                f"{row['grid_columns']} grid, got {patch}; run snakemake again"
            )
