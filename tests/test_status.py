"""What is there, by files that are written as stages write them, and processes that really run."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from dmlr import config
from dmlr.merged import configuration
from dmlr.records import Prediction, write_records
from dmlr.status.growing import GrowingJournal
from dmlr.status.status import Watch
from tests.finished import SMALL

VANILLA, PAPER = (
    f"results/runs/shapes/shapes-1m/{name}/seed-42" for name in ("vanilla", "dmlr-paper")
)
DMLR = str(Path(sys.executable).with_name("dmlr"))
HOLD = """
import sys
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print(flush=True)
input()
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two runs of seven samples in two shards: vanilla's first shard is finished but for one sample."""
    monkeypatch.chdir(tmp_path)
    changes = {"protocols": ["paper"], "measures": {"chains": ["vanilla"], "attention": []}}
    (tmp_path / "small.yaml").write_text(yaml.safe_dump({**SMALL, **changes}))
    said = [
        Prediction(sample_id=f"shapes/{n}", status="ok", prefill_seconds=0.5, decode_seconds=1.5)
        for n in range(3)
    ]
    said.append(Prediction(sample_id="shapes/3", status="failed", error="ValueError: no picture"))
    write_records(Path(VANILLA, "00000.predictions.parquet"), Prediction, said, {"device": "cpu"})
    note = {"attempts": 1, "failed": {"shapes/3": "ValueError: no picture"}}
    Path(VANILLA, "00000.failed.json").write_text(json.dumps(note))
    write(
        Path(VANILLA, "journal/00001.0123456789abcdef.jsonl"), [line("a"), line("b", "no picture")]
    )
    return tmp_path


def line(key, error=None, seconds=2.0):
    told = {"sample_id": f"shapes/{key}", "status": "failed" if error else "ok", "error": error}
    return {"key": key, "prediction": {**told, "decode_seconds": seconds}, "trace": []}


def write(path, lines, mode="w", end="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {"dmlr.journal": 1, "digest": "0"}
    with path.open(mode) as file:
        file.writelines(json.dumps(one) + "\n" for one in ([head] if mode == "w" else []))
        file.write("\n".join(map(json.dumps, lines)) + end)


def watch():
    return Watch(config.load(*configuration([Path("small.yaml")])))


def runs(status):
    return {run.key.profile: run for run in status.runs}


@pytest.fixture
def at_work(folder):
    """A process that holds the lock of vanilla's second shard, as a job does."""
    lock = Path(VANILLA, "journal/00001.lock")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        yield
        process.kill()


def test_records_journals_and_locks_are_counted(folder, at_work):
    status = watch().look()
    vanilla, paper = runs(status)["vanilla"], runs(status)["dmlr-paper"]
    assert (vanilla.total, vanilla.done, vanilla.jobs, vanilla.left) == (7, 3 + 1, 1, 1)
    assert vanilla.failed == {"ValueError: no picture": 1, "no picture": 1}
    assert vanilla.rate == 1 / 2.0  # one job, two seconds a sample
    assert (paper.total, paper.done, paper.jobs, paper.left) == (7, 0, 0, 7)
    assert paper.rate is None
    assert status.seconds_left == (1 + 7) * 2.0  # the other run counts as long as this one
    assert not status.finished


def test_a_killed_job_is_not_at_work(folder):
    Path(VANILLA, "journal/00001.lock").touch()
    vanilla = runs(watch().look())["vanilla"]
    assert (vanilla.jobs, vanilla.rate) == (0, None)


def test_a_user_reads_it(folder, at_work, run_dmlr):
    done = run_dmlr("status", "--configfile", "small.yaml")
    assert done.returncode == 0, done.stderr
    lines = [" ".join(one.split()) for one in done.stdout.splitlines()]
    assert lines == [
        "stage done of failed at work",
        "prepare benchmarks 0 1",
        "features shards 0 2",
        "reason samples 4 14 2 1",
        "measures shards 0 2",
        "verify runs 0 2",
        "aggregate files 0 1",
        "figures files 0 1",
        "report files 0 1",
        "run done of failed at work samples/s left",
        "shapes/shapes-1m/vanilla/seed-42 4 7 2 1 0.50 2.0 s",
        "shapes/shapes-1m/dmlr-paper/seed-42 0 7",
        "1 failed in reason: ValueError: no picture",
        "1 failed in reason: no picture",
        "about 16.0 s until all samples are answered",
    ]


def test_a_second_look_takes_in_what_came_meanwhile(folder):
    path = Path(VANILLA, "journal/00001.0123456789abcdef.jsonl")
    found = GrowingJournal(path).look()
    assert (found.finished, found.failed) == ({"a"}, {"shapes/b": "no picture"})
    write(path, [line("b")], "a")  # tried again
    write(path, [line("c", seconds=4.0)], "a", end="")  # not whole yet
    assert (found.look().finished, found.failed) == ({"a", "b"}, {})
    write(path, [], "a")
    assert found.look().finished == {"a", "b", "c"}
    assert found.seconds == [2.0, 2.0, 4.0]
    write(path, [line("d")])  # begun anew
    assert found.look().finished == {"d"}


def test_the_journal_that_was_written_to_last_counts(folder):
    older = Path(VANILLA, "journal/00001.fedcba9876543210.jsonl")
    write(older, [line("x"), line("y"), line("z")])
    os.utime(older, (1, 1))
    assert runs(watch().look())["vanilla"].done == 4


def test_notes_of_other_stages_are_counted_with_their_reasons(folder):
    note = Path("results/verdicts/paper/shapes/shapes-1m/vanilla/seed-42.failed.json")
    note.parent.mkdir(parents=True)
    failed = {"shapes/0 (official)": "HTTP 500", "shapes/1 (official)": "HTTP 500"}
    note.write_text(json.dumps({"attempts": 2, "failed": failed}))
    assert watch().look().reasons["verify", "HTTP 500"] == 2


def test_a_lock_that_is_left_over_is_explained_in_one_line(folder):
    Path(".snakemake/locks").mkdir(parents=True)
    Path(".snakemake/locks/0.output.lock").touch()
    assert watch().look().working.lines == [
        "snakemake's lock is left over: no snakemake of this machine is at work here; if none of another "
        "machine is, snakemake --unlock removes it"
    ]


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("snakemake", ["--cores", "2"], "snakemake is at work here (process {})"),
        ("dmlr", ["reason", "--settings", "{}"], "jobs without a snakemake are still at work (process {}); "
         "end them, or wait: the next run waits for them too, and takes what they finished"),
    ],
)  # fmt: skip
def test_processes_of_this_folder_are_named(folder, name, words, said):
    program = folder / "bin" / name
    program.parent.mkdir()
    program.write_text("print(flush=True)\ninput()\n")
    command = [sys.executable, str(program), *words]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
    ) as process:
        process.stdout.readline()
        assert watch().look().working.lines == [said.format(process.pid)]
        process.kill()


def followed(folder, until):
    """``dmlr status --watch`` on a terminal, and what it had shown when the text came."""
    shown, terminal = pty.openpty()
    process = subprocess.Popen(
        [DMLR, "status", "--watch", "--configfile", "small.yaml"],
        cwd=folder, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    text = ""
    while until not in text:
        text += os.read(shown, 100_000).decode(errors="replace")
    return process, shown


def test_watching_ends_with_ctrl_c_and_no_fault(folder):
    process, shown = followed(folder, "dmlr-paper/seed-42")
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() == 0
    os.close(shown)


def test_watching_ends_when_all_is_done(folder):
    process, shown = followed(folder, "dmlr-paper/seed-42")
    for run in (VANILLA, PAPER):
        for shard in ("00000", "00001"):
            touch(f"{run}/{shard}.predictions.parquet")
    for shard in ("00000", "00001"):
        touch(f"results/features/shapes-1m/shapes/{shard}.json")
        touch(f"results/measures/shapes/shapes-1m/vanilla/seed-42/{shard}.chains.parquet")
    for profile in ("vanilla", "dmlr-paper"):
        touch(f"results/verdicts/paper/shapes/shapes-1m/{profile}/seed-42.parquet")
    for path in (
        "results/benchmarks/shapes/audit.json",
        "results/dmlr.duckdb",
        "results/figures/figure8.pdf",
    ):
        touch(path)
    touch("reports/index.html")
    text = ""
    while process.poll() is None:
        try:
            text += os.read(shown, 100_000).decode(errors="replace")
        except OSError:  # the terminal's other side is closed
            time.sleep(0.01)
    assert process.returncode == 0
    os.close(shown)


def touch(path):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).touch()
