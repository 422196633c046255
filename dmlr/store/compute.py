"""The compute table: what the answers of each run took."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dmlr.store.table import Table, write_table

# Column -> its words and decimal places for a reader; the CSV has four places throughout.
COLUMNS = {
    "prompt_tokens": ("prompt tokens", 1),
    "image_tokens": ("image tokens", 1),
    "generated_tokens": ("generated tokens", 1),
    "intermediate_tokens": ("first stage tokens", 1),
    "forwarded_tokens": ("forwarded tokens", 1),
    "forwarded_vs_baseline": ("forwarded vs baseline", 2),
    "model_passes": ("model passes", 1),
    "triggers": ("ICoT: triggers", 2),
    "blocks": ("ICoT: blocks", 2),
    "without_block": ("ICoT: share without a block", 3),
    "prefill_seconds": ("prefill, seconds", 3),
    "intermediate_seconds": ("first stage, seconds", 3),
    "optimise_seconds": ("optimise, seconds", 3),
    "decode_seconds": ("decode, seconds", 3),
    "seconds": ("all phases, seconds", 3),
    "batch_rows": ("batch rows", 1),
    "peak_memory_gib": ("peak memory, GiB", 2),
}
KEYS = ("benchmark", "model", "profile", "seed", "answers")
RUNS = """
SELECT
    compute.*,
    compute.forwarded_tokens / nullif(base.forwarded_tokens, 0) AS forwarded_vs_baseline
FROM compute
LEFT JOIN compute AS base
    ON base.benchmark = compute.benchmark
    AND base.model = compute.model
    AND base.seed = compute.seed
    AND base.profile = $baseline
ORDER BY
    compute.benchmark, compute.model, compute.seed, compute.profile <> $baseline, compute.profile
"""


@dataclass(frozen=True)
class Compute:
    """What the ``answers`` of one run took; ``numbers`` has a value for each of ``COLUMNS``.

    They are means per answer, but ``peak_memory_gib`` is the largest of all batches, weights included,
    and ``forwarded_vs_baseline`` the mean of the forwarded tokens over that of the baseline's run. None
    where there is no answer, or nothing is known.
    """

    benchmark: str
    model: str
    profile: str
    seed: int
    run: str
    answers: int
    numbers: dict[str, float | None]


def compute(database: duckdb.DuckDBPyConnection, baseline: str) -> list[Compute]:
    """All runs, the baseline's first among those it is compared with."""
    asked = database.execute(RUNS, {"baseline": baseline})
    names = [column[0] for column in asked.description or ()]
    return [_compute(dict(zip(names, row, strict=True))) for row in asked.fetchall()]


def write_compute(found: list[Compute], folder: Path, notes: Sequence[str] = ()) -> None:
    """Write the table ``compute``, a row per run."""
    rows = [[*_keys(one), *one.numbers.values()] for one in found]
    header = [*KEYS, *(words for words, _ in COLUMNS.values())]
    shown = [[*map(str, _keys(one)), *_words(one)] for one in found]
    write_table(Table("compute", [*KEYS, *COLUMNS], rows, header, shown, notes), folder)


def _compute(row: dict[str, Any]) -> Compute:
    keys = {name: row[name] for name in ("run", *KEYS)}
    return Compute(**keys, numbers={name: row[name] for name in COLUMNS})


def _keys(one: Compute) -> list[Any]:
    return [getattr(one, name) for name in KEYS]


def _words(one: Compute) -> list[str]:
    values = zip(one.numbers.values(), COLUMNS.values(), strict=True)
    return ["–" if value is None else f"{value:.{places}f}" for value, (_, places) in values]
