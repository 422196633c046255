"""A copy of the whole project in a folder of its own, run as a user runs it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from filelock import FileLock

ROOT = Path(__file__).parent.parent
PARTS = ("Snakefile", "workflow", "profiles", "config", "dmlr", "environment.yml")
SMALL = {
    "benchmark_catalog": {"shapes": {"samples": 7}},
    "profile_catalog": {
        "vanilla": {"max_new_tokens": 60},
        "dmlr-paper": {"max_new_tokens": 60, "steps": 2},
    },
    "shard_size": 4,
    "shards_per_job": 1,
    "protocols": ["paper"],
    "figures": [],
    "measures": {"chains": [], "attention": []},
}


class Project:
    """Two shards of the embedded benchmark, vanilla and a short dmlr; ``like`` one with its results."""

    def __init__(self, folder: Path, *, like: Path | None = None) -> None:
        self.folder, self.cores = folder, 2
        if like:
            shutil.copytree(like, folder, symlinks=True, dirs_exist_ok=True)
            return
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, folder / part, ignore=ignored)
            else:
                shutil.copy(source, folder / part)
        self.configure({})

    def configure(self, changes: dict) -> None:
        """Write the experiment's own configuration file, SMALL with changes."""
        merged = _merged(SMALL, changes)
        (self.folder / "small.yaml").write_text(yaml.safe_dump(merged))

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace one text in one file of the copy."""
        file = self.folder / path
        text = file.read_text()
        assert text.count(old) >= 1, f"{path} has no {old!r}"
        file.write_text(text.replace(old, new, 1))

    def command(self, *arguments: str) -> list[str]:
        snakemake = Path(sys.executable).with_name("snakemake")
        return [
            str(snakemake),
            *arguments,
            "--cores",
            str(self.cores),
            "--configfile",
            "small.yaml",
        ]

    @property
    def environment(self) -> dict[str, str]:
        scripts = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        # The copy's code comes before the installed one.
        return {**os.environ, "PATH": scripts, "PYTHONPATH": str(self.folder)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def succeed(self, *arguments: str) -> dict[str, int]:
        """Run it; the jobs that were done, by rule."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout[-3000:]
        finished = re.findall(
            r"^(?:rule|localrule|checkpoint|localcheckpoint) (\w+):", done.stdout, re.M
        )
        return _counted({name: finished.count(name) for name in finished if name != "default"})

    def planned(self, *targets: str) -> dict[str, int]:
        """The jobs that would be done, by rule."""
        done = self.run(*targets, "--dry-run", "--quiet", "rules")
        assert done.returncode == 0, done.stdout[-3000:]
        stats = re.search(r"Job stats:\n.*?\n-+ .*?\n(.*?)\n\n", done.stdout, re.S)
        lines = stats[1].splitlines() if stats else []
        jobs = {line.split()[0]: int(line.split()[1]) for line in lines}
        return _counted({n: jobs[n] for n in jobs if n not in ("total", "default")})


def _counted(jobs: dict[str, int]) -> dict[str, int]:
    """Jobs by rule, where the rules of a stage's blocks of shards (reason_shapes_00000) count as one."""
    found: dict[str, int] = {}
    for rule, count in jobs.items():
        stage = re.sub(r"_[^_]+_\d{5}$", "", rule)
        found[stage] = found.get(stage, 0) + count
    return found


def run_once(folder: Path) -> dict[str, dict[str, int]]:
    """Run a project's whole workflow, if no other process has; the jobs that were planned, and done."""
    jobs = folder.with_suffix(".json")
    with FileLock(folder.with_suffix(".lock")):
        if not jobs.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what another process failed with
            folder.mkdir()
            project = Project(folder)
            told = {"planned": project.planned(), "done": project.succeed()}
            jobs.write_text(json.dumps(told))
    return json.loads(jobs.read_text())


def _merged(below: dict, above: dict) -> dict:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged
