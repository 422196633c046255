"""Deleting by stage: sizes first, nothing else, nothing while it is in use."""

import subprocess
import sys
from pathlib import Path

import pytest

RUN = "results/runs/shapes/m/vanilla/seed-42"
FILES = {
    "results/benchmarks/shapes/samples.parquet": 10,
    "results/features/store/a.safetensors": 2**20,
    f"{RUN}/00000.predictions.parquet": 30,
    f"{RUN}/journal/00000.0123456789abcdef.jsonl": 40,
    "results/measures/shapes/00000.chains.parquet": 50,
    "results/measures/shapes/journal/00000.chains.0123456789abcdef.jsonl": 60,
    "results/verdicts/paper/a.parquet": 70,
    "results/ledger.sqlite": 80,
    "results/dmlr.duckdb": 90,
    "results/tables/accuracy.md": 100,
    "results/figures/figure8.pdf": 110,
    "results/bench/h100.json": 115,
    "reports/index.html": 120,
    "logs/report.log": 130,
}


@pytest.fixture
def folder(tmp_path):
    for name, size in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    return tmp_path


def left(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_without_a_stage_it_shows_what_each_takes_and_deletes_nothing(folder, run_dmlr):
    done = run_dmlr("clean", cwd=folder)
    assert done.returncode == 0
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[1] == ["features", "1.0", "MiB", "1", "file"]
    assert {row[0]: row[3] for row in rows} == {
        "benchmarks": "1", "features": "1", "runs": "1", "cache": "0", "journals": "2", "measures": "1",
        "verdicts": "1", "ledger": "1", "tables": "2", "figures": "1", "exports": "0", "report": "1",
        "logs": "1",
    }  # fmt: skip
    assert left(folder) == set(FILES)


def test_it_deletes_what_is_named_and_keeps_journals_and_the_ledger(folder, run_dmlr):
    done = run_dmlr("clean", "runs", "measures", "verdicts", "tables", "--yes", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "deleted"
    gone = {name for name in FILES if name.endswith((".parquet", ".duckdb", ".md"))}
    gone -= {"results/benchmarks/shapes/samples.parquet"}
    assert left(folder) == set(FILES) - gone
    assert not (folder / "results/verdicts").exists()
    run_dmlr("clean", "journals", "ledger", "--yes", cwd=folder)
    assert {name for name in left(folder) if "journal" in name or "ledger" in name} == set()
    assert not (folder / "results/runs").exists()


def test_a_folder_that_is_a_link_is_emptied_and_stays(folder, run_dmlr, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("scratch") / "features"
    (folder / "results/features").rename(elsewhere)
    (folder / "results/features").symlink_to(elsewhere)
    run_dmlr("clean", "features", "--yes", cwd=folder)
    assert (folder / "results/features").is_symlink()
    assert list(elsewhere.iterdir()) == []


def test_it_asks_and_no_is_no(folder):
    import os
    import pty

    shown, terminal = pty.openpty()
    command = [str(Path(sys.executable).with_name("dmlr")), "clean", "logs"]
    process = subprocess.Popen(
        command, cwd=folder, stdin=terminal, stdout=terminal, stderr=terminal
    )
    text = ""
    while "[y/N]" not in text:
        text += os.read(shown, 10_000).decode()
    os.write(shown, b"n\n")
    assert process.wait() == 0
    os.close(terminal)
    os.close(shown)
    assert "logs" in text
    assert left(folder) == set(FILES)


@pytest.mark.parametrize(
    ("arguments", "lock", "line"),
    [
        (["logs"], False, "clean: asks before it deletes, and nobody is there; add --yes"),
        (["lgos", "--yes"], False, "clean: must be one of benchmarks, features, runs, cache, journals, measures, "
         "verdicts, ledger, tables, figures, exports, report, logs; got 'lgos'"),
        (["logs", "--yes"], True, "clean: nothing is deleted while the results are in use: snakemake's lock "
         "is left over: no snakemake of this machine is at work here; if none of another machine is, "
         "snakemake --unlock removes it"),
    ],
)  # fmt: skip
def test_what_it_refuses(folder, run_dmlr, arguments, lock, line):
    if lock:
        (folder / ".snakemake/locks").mkdir(parents=True)
        (folder / ".snakemake/locks/0.input.lock").touch()
    done = run_dmlr("clean", *arguments, cwd=folder)
    assert done.returncode == 1
    assert done.stderr == f"dmlr: error: {line}\n"
    assert set(FILES) <= left(folder)
