"""Attention to the image tokens as scripts, of the runs and samples where it was kept."""

import math
from pathlib import Path
from typing import Any

from dmlr.errors import RecordError
from dmlr.records import AttentionMap, read_records
from dmlr.report.scripts import Entry, script_of

LEVELS = 255  # an attention is told in so many parts of the map's highest


def attention_file(results: Path, benchmark: str, model: str, profile: str, seed: int) -> Path:
    """Where the maps of a run are, if they were measured: those of its first shard."""
    folder = results / "measures" / benchmark / model / profile / f"seed-{seed}"
    return folder / "00000.attention.parquet"


def attention_script(path: Path, run: str) -> str:
    """The maps of a run as a script: by sample the grid, and by step a map of each think token.

    Raises:
        RecordError: the file is not readable, or a map does not fill its grid with shares.
    """
    found: dict[str, dict[str, Any]] = {}
    for one in read_records(path, AttentionMap):
        entry = found.setdefault(
            one.sample_id, {"grid": [one.grid_rows, one.grid_columns], "think": {}}
        )
        told = _map(one, path, entry["grid"])
        if one.source == "reply":
            entry["reply"] = told
        else:
            entry["think"].setdefault(str(one.step), {})[str(one.token)] = told
    entries = (Entry(sample, told, {}) for sample, told in found.items())
    return script_of(f"runs/{run}/attention", entries)


def _map(one: AttentionMap, path: Path, grid: list[int]) -> list[Any]:
    """The highest value, and all values in parts of it."""
    cells = one.grid_rows * one.grid_columns
    good = all(math.isfinite(value) and value >= 0 for value in one.attention)
    if grid != [one.grid_rows, one.grid_columns] or len(one.attention) != cells or not good:
        raise RecordError(
            f"{path}: attention of {one.sample_id} must be {cells} shares of a {grid[0]} x {grid[1]} "
            f"grid, got {len(one.attention)} of {one.grid_rows} x {one.grid_columns}; remove the file "
            "and run snakemake again"
        )
    most = max(one.attention, default=0.0)
    return [most, [round(LEVELS * value / most) if most else 0 for value in one.attention]]
