"""What the pages say about runs and benchmarks, asked of the database and the audits."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dmlr.errors import RecordError


@dataclass(frozen=True)
class Run:
    """One run, what it was told (model and profile fields) and what it came from."""

    run: str
    benchmark: str
    model: str
    profile: str
    seed: int
    settings: dict[str, dict[str, Any]]
    provenance: dict[str, Any]

    @property
    def embedded(self) -> bool:
        """True for the small model that ships with dmlr."""
        return str(self.settings["model"].get("checkpoint", "")).startswith("embedded:")


@dataclass(frozen=True)
class Audit:
    """Facts about a benchmark; ``floor`` is what one constant answer reaches, in percent."""

    benchmark: str
    samples: int
    images: int
    kinds: dict[str, int]
    answer: str
    correct: int
    golds: int

    @property
    def floor(self) -> float | None:
        """Accuracy of the most frequent official answer, None without official answers."""
        return 100 * self.correct / self.golds if self.golds else None


def runs(database: duckdb.DuckDBPyConnection, baseline: str) -> list[Run]:
    """All runs, the baseline's first among those it is compared with."""
    found = database.execute(
        "SELECT * FROM runs ORDER BY benchmark, model, seed, profile <> ?, profile", [baseline]
    ).fetchall()
    return [
        Run(run, benchmark, model, profile, seed, json.loads(settings), json.loads(provenance))
        for run, benchmark, model, profile, seed, settings, provenance in found
    ]


def audit(results: Path, benchmark: str) -> Audit:
    """Read what the prepare stage found out about a benchmark.

    Raises:
        RecordError: the audit is missing or damaged.
    """
    path = results / "benchmarks" / benchmark / "audit.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        constant, golds = told["constant_answer"], told["samples"] - told["empty_golds"]
        facts = told["samples"], told["images"], told["kinds"]
        return Audit(benchmark, *facts, constant["answer"], constant["correct"], golds)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{path}: not a readable audit ({error}); run snakemake again") from None
