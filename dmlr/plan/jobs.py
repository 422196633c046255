"""The jobs that snakemake would run for an experiment, and why."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dmlr.errors import ConfigError

BLOCK = re.compile(r"_[a-z0-9.-]+_\d{5}$")  # benchmark and first shard


@dataclass(frozen=True)
class Job:
    """One job; targets, which make nothing, are none. ``reason`` is snakemake's sentence."""

    rule: str
    output: tuple[str, ...]
    reason: str

    @property
    def stage(self) -> str:
        """The rule, where those of a stage's blocks of shards (reason_shapes_00000) count as one."""
        return BLOCK.sub("", self.rule)


def planned_jobs(configfiles: Sequence[Path], targets: Sequence[str]) -> list[Job]:
    """What snakemake would run in this directory, in its order; nothing is started.

    Args:
        configfiles: what is merged over the workflow's own configuration.
        targets: as on snakemake's command line; none: everything.

    Raises:
        ConfigError: snakemake cannot plan it, with what it says.
    """
    files = ["--configfile", *map(str, configfiles)] if configfiles else []
    command = [sys.executable, "-m", "dmlr.plan.dryrun", *targets, *files]
    done = subprocess.run(command, capture_output=True, text=True)
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode:
        said = [one["error"] for one in told if "error" in one] or done.stderr.splitlines()[-1:]
        raise ConfigError(f"snakemake cannot plan this: {'; '.join(said)}")
    jobs = [one for one in told if one.get("output")]
    return [Job(one["rule"], tuple(one["output"]), one["reason"]) for one in jobs]
