"""Runs as files for other programs and people."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from dmlr.errors import ConfigError
from dmlr.progress import say
from dmlr.store.chosen import chosen_run
from dmlr.store.opening import readable
from dmlr.store.released import write_released
from dmlr.store.sample_lines import write_csv, write_json_lines

RUNS = "SELECT run FROM runs ORDER BY run"
PROTOCOLS = "SELECT protocol FROM protocols ORDER BY position"


@dataclass(frozen=True)
class Request:
    """Which runs are written, and how.

    ``runs`` are names or parts of names; ``every`` takes all in their place. ``protocol`` says whose
    verdicts; None: the experiment's first in the released layout, otherwise all.
    """

    runs: Sequence[str]
    every: bool
    protocol: str | None
    form: Literal["released", "jsonl", "csv"]


def export_runs(path: Path, request: Request, out: Path) -> None:
    """Write runs of a database to a folder: ``RUN/results.json``, ``RUN.jsonl`` or ``RUN.csv``.

    Raises:
        ConfigError: a run or the protocol is not in the database, or no run is named.
        RecordError: there is no such database.
    """
    if bool(request.runs) == request.every:
        raise ConfigError("export: needs the names of runs, or --all and none")
    with readable(path) as opened:
        protocols = [name for (name,) in opened.execute(PROTOCOLS).fetchall()]
        if request.protocol not in (None, *protocols):
            raise ConfigError(
                f"--protocol: must be one of {', '.join(protocols)}, got {request.protocol!r}"
            )
        everything = [name for (name,) in opened.execute(RUNS).fetchall()]
        names = [chosen_run(opened, text, "RUN").run for text in request.runs]
        for name in dict.fromkeys(names or everything):
            say(f"export {_write(opened, name, request, out, protocols[0])}")


def _write(
    database: duckdb.DuckDBPyConnection, run: str, request: Request, out: Path, first: str
) -> Path:
    if request.form == "released":
        write_released(database, run, request.protocol or first, out / run)
        return out / run / "results.json"
    path = out / f"{run}.{request.form}"
    write = write_csv if request.form == "csv" else write_json_lines
    write(database, run, request.protocol, path)
    return path
