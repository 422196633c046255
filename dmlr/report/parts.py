"""The data beside the pages: a part for each benchmark and run, made anew where its rows changed."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from dmlr.report.attention_data import attention_file, attention_script
from dmlr.report.data import Run
from dmlr.report.folder import part, remove_other_parts
from dmlr.report.keys import Keys
from dmlr.report.run_data import run_scripts
from dmlr.report.sample_data import Benchmark, sample_scripts
from dmlr.report.text import bare_name


def attention_of(run: Run, results: Path) -> Path:
    """Where the maps of attention of a run are, if they were measured."""
    return attention_file(results, run.benchmark, run.model, run.profile, run.seed)


def write_benchmark(found: Benchmark, keys: Keys, out: Path) -> bool:
    """Write the data of a benchmark's samples; True where they had to be made."""
    folder = out / "data" / "benchmarks" / bare_name(found.name, "samples.benchmark")
    return part(folder, keys.benchmarks[found.name], lambda: sample_scripts(found))


def write_run(
    database: duckdb.DuckDBPyConnection,
    run: Run,
    found: Benchmark,
    keys: Keys,
    *,
    results: Path,
    out: Path,
) -> bool:
    """Write the data of a run's answers; True where they had to be made."""
    attention = attention_of(run, results)

    def texts() -> Iterable[tuple[str, str]]:
        yield from run_scripts(database, run.run, found.ids)
        if attention.exists():
            yield "attention.js", attention_script(attention, run.run)

    folder = out / "data" / "runs" / bare_name(run.run, "runs.run")
    return part(folder, keys.of_run(run.run, run.benchmark, attention), texts)


def remove_gone(benchmarks: Iterable[str], runs: Iterable[str], out: Path) -> None:
    """Remove the data of benchmarks and runs that are no more."""
    remove_other_parts(out / "data" / "benchmarks", benchmarks)
    remove_other_parts(out / "data" / "runs", runs)
