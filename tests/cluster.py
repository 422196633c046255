"""A real SLURM cluster of one node with four pretended GPUs, on loopback; tests/slurm/ starts and ends it."""

import os
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.browser import needed

SCRIPTS = Path(__file__).parent / "slurm"
PROGRAMS = ("slurmctld", "slurmd", "slurmdbd", "mariadbd", "munged", "sbatch")
FIRST_PORT = (
    10_000 + os.getpid() % 80 * 250
)  # sessions beside each other have clusters of their own


class Cluster:
    """The cluster as a user sees it, by its clients."""

    def __init__(self, state: Path) -> None:
        self.path = f"{state / 'bin'}:{os.environ['PATH']}"

    def ask(self, *command: str) -> str:
        environment = {**os.environ, "PATH": self.path}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def jobs(self) -> list[dict[str, str]]:
        """Every job that was submitted, in that order; one that was requeued comes once for each time."""
        fields = ("jobid", "state", "comment", "account", "partition", "alloctres")
        told = self.ask(
            "sacct",
            "--duplicates",
            "-X",
            "--noheader",
            "--parsable2",
            f"--format={','.join(fields)}",
        )
        return [dict(zip(fields, line.split("|"), strict=True)) for line in told.splitlines()]


@contextmanager
def cluster():
    """Start one for a while."""
    search = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    lacking = [name for name in PROGRAMS if not shutil.which(name, path=search)]
    needed(not lacking, f"SLURM (as root: .ci/packages slurm); {', '.join(lacking)}")
    environment = {**os.environ, "PORT": str(FIRST_PORT)}
    # Not a folder of pytest's: those are closed to others, which munge refuses.
    with TemporaryDirectory(prefix="slurm-") as folder, ExitStack() as ended:
        ended.callback(subprocess.run, [SCRIPTS / "stop.sh", folder], check=True)
        with Path(folder, "start.log").open("w") as log:
            start = [SCRIPTS / "start.sh", folder]
            done = subprocess.run(start, env=environment, stdout=log, stderr=log)
        assert done.returncode == 0, Path(folder, "start.log").read_text()
        yield Cluster(Path(folder))


def job_of(process: psutil.Process) -> str:
    """The SLURM job that a process belongs to."""
    return process.environ()["SLURM_JOB_ID"]
