"""What a run's answers took, and the facts on its page: settings, provenance, counts."""

import json
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from dmlr.report.data import Run
from dmlr.report.text import shortened

# Column of predictions, or what is computed of one -> its words and decimal places.
QUANTITIES = {
    "prompt_tokens": ("prompt tokens", 0),
    "image_tokens": ("image tokens", 0),
    "generated_tokens": ("generated tokens", 0),
    "forwarded_tokens": ("forwarded tokens", 0),
    "model_passes": ("model passes", 0),
    "prefill_seconds": ("prefill, seconds", 3),
    "intermediate_seconds": ("first stage, seconds", 3),
    "optimise_seconds": ("optimise, seconds", 3),
    "decode_seconds": ("decode, seconds", 3),
    "batch_rows": ("rows of its batch", 0),
    "peak_memory_bytes / 1024 ** 3": ("peak memory of its batch, GiB", 2),
}
OF_THE_BATCH = {"batch_rows", "peak_memory_bytes / 1024 ** 3"}  # a sum over samples means nothing
DIGESTS = {
    "code": "code fingerprint",
    "weights": "weights digest",
    "processing": "processing digest",
}
ENDS = {"end": "ended by itself", "length": "cut at the token limit", None: "no reply"}


@dataclass(frozen=True)
class Fact:
    """One line of a definition table; ``whole`` is the full value where ``value`` is shortened."""

    name: str
    value: str
    whole: str | None = None


@dataclass(frozen=True)
class Quantity:
    """A quantity over the ``n`` answers of a run that have it; ``places`` is for its display.

    ``total`` is None where a sum over the answers means nothing.
    """

    name: str
    places: int
    n: int
    mean: float
    median: float
    most: float
    total: float | None


@dataclass(frozen=True)
class Usage:
    """How the answers of a run ended, and what they took; a failed answer took nothing known."""

    ends: list[tuple[str, int]]
    quantities: list[Quantity]


def usage(database: duckdb.DuckDBPyConnection, run: str) -> Usage:
    """Count ends over all predictions, quantities over those with an answer that tell them."""
    ends = database.execute("SELECT stop_reason FROM predictions WHERE run = ?", [run]).fetchall()
    counts = Counter(end for (end,) in ends)
    rows = database.execute(
        f"SELECT {', '.join(QUANTITIES)} FROM predictions "  # noqa: S608  (our own names)
        "WHERE run = ? AND status = 'ok'",
        [run],
    ).fetchall()
    columns = zip(QUANTITIES, zip(*rows, strict=True), strict=bool(rows))
    known = {column: [v for v in values if v is not None] for column, values in columns}
    return Usage(
        [(words, counts[end]) for end, words in ENDS.items() if counts[end]],
        [_quantity(column, values) for column, values in known.items() if values],
    )


def _quantity(column: str, values: Sequence[int | float]) -> Quantity:
    name, places = QUANTITIES[column]
    middle, mean = float(statistics.median(values)), statistics.fmean(values)
    total = None if column in OF_THE_BATCH else math.fsum(values)
    return Quantity(name, places, len(values), mean, middle, float(max(values)), total)


def settings_facts(run: Run) -> dict[str, list[Fact]]:
    """Profile and model fields, by the name of what they belong to."""
    return {
        f"{part} {name}": [fact(key, value) for key, value in run.settings[part].items()]
        for part, name in (("profile", run.profile), ("model", run.model))
    }


def provenance_facts(run: Run) -> list[Fact]:
    """What the run came from; its settings, which stand beside, are left out."""
    facts = []
    for key, value in run.provenance.items():
        if isinstance(value, dict) and key not in run.settings:
            facts += [fact(f"{key} / {name}", version) for name, version in value.items()]
        elif key not in run.settings:
            facts.append(fact(DIGESTS.get(key, key), value))
    return facts


def fact(name: str, value: Any) -> Fact:
    """A line of a table, its value in words."""
    if value is None:
        return Fact(name, "not set")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    short = shortened(text)
    return Fact(name, short, text if short != text else None)
