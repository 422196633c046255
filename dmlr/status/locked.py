"""Who works in this directory, and whether a lock is left over."""

import fcntl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

LOCKS = Path(".snakemake/locks")


@dataclass(frozen=True)
class Working:
    """Processes of this machine in one directory, by their ids.

    ``locked`` says that snakemake's lock is there, which a killed one leaves behind.
    """

    snakemake: Sequence[int]
    jobs: Sequence[int]
    locked: bool

    @property
    def lines(self) -> list[str]:
        """What a user should know about it, a sentence each."""
        jobs = ", ".join(map(str, self.jobs))
        if self.snakemake:
            return [f"snakemake is at work here (process {self.snakemake[0]})"]
        said = []
        if self.locked:
            said.append(
                "snakemake's lock is left over: no snakemake of this machine is at work here; if none "
                "of another machine is, snakemake --unlock removes it"
            )
        if self.jobs:
            said.append(
                f"jobs without a snakemake are still at work (process {jobs}); end them, or wait: the "
                "next run waits for them too, and takes what they finished"
            )
        return said


def is_held(lock: Path) -> bool:
    """True where a process holds a lock file of ``dmlr.locks``; the file is only looked at."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # not there, or not to be read
        return False
    return False


def is_locked(folder: Path) -> bool:
    """True where snakemake's lock lies in a working directory."""
    return any((folder / LOCKS).glob("*.lock"))


def working(folder: Path) -> Working:
    """Who works in a directory."""
    found = dict(_commands(folder.resolve()))
    snakemakes = [pid for pid, words in found.items() if _runs("snakemake", words)]
    jobs = [pid for pid, words in found.items() if _runs("dmlr", words) and "--settings" in words]
    return Working(snakemakes, jobs, is_locked(folder))


def _commands(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """Process -> command line, of this user's processes that work in the directory."""
    for process in psutil.process_iter(["pid", "cmdline", "cwd"]):
        if process.info["cwd"] == str(folder) and process.info["cmdline"]:
            yield process.info["pid"], process.info["cmdline"]


def _runs(name: str, words: Sequence[str]) -> bool:
    """Whether a command line starts the program, by itself or by Python, perhaps as a module."""
    first, *behind = (Path(word).name for word in words[:3])
    return first == name or (first.startswith("python") and name in behind)
