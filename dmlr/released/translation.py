"""The released command line as a configuration of this workflow."""

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dmlr import config
from dmlr.datasets import released_json
from dmlr.errors import ConfigError
from dmlr.experiment import Experiment
from dmlr.files import write_text
from dmlr.merged import configuration
from dmlr.released import benchmark as benchmarks
from dmlr.released.flags import Flags
from dmlr.released.model import model
from dmlr.released.profile import profile
from dmlr.released.states import STATES

MOST_SHARDS = 200  # of a job (dmlr/experiment.py)
HEAD = """\
# dmlr eval {words}
# The same experiment with tables and pages:
#   snakemake --cores 2 --configfile {path}
"""


@dataclass(frozen=True)
class Translated:
    """A configuration with one run, and the rows of the data set's file that it asks."""

    content: dict[str, Any]
    rows: list[released_json.Entry]


def translate(flags: Flags) -> Translated:
    """What the flags mean.

    Raises:
        DmlrError: with one line for the first flag that cannot be meant.
    """
    _refuse(flags)
    merged, _ = configuration([])
    rows = benchmarks.read(flags)
    names = {
        "benchmark": benchmarks.benchmark(flags, rows),
        "model": model(flags, merged["model_catalog"]),
        "profile": profile(flags, merged["profile_catalog"]),
    }
    chosen = {f"{kind}s": [name] for kind, (name, _) in names.items()}
    catalogs = {
        f"{kind}_catalog": {name: entry.model_dump(exclude_unset=True)}
        for kind, (name, entry) in names.items()
    }
    rows = rows[flags.start_data_idx : flags.end_data_idx]
    about = _about(names["profile"][0], flags)
    about["shards_per_job"] = _shards_per_job(len(rows), merged["shard_size"], flags.num_workers)
    return Translated({**chosen, **about, **catalogs}, rows)


def protocol(flags: Flags) -> str:
    """The name of the protocol that scores the answers."""
    state = STATES[flags.state]
    return state.judged if flags.use_llm_verify else state.protocol


def write(translated: Translated, path: Path, arguments: Sequence[str]) -> Experiment:
    """Write the configuration file, and check it as the workflow will.

    Raises:
        ConfigError: with one line for every fault there is.
    """
    told = yaml.safe_dump(translated.content, sort_keys=False, allow_unicode=True, width=100)
    write_text(path, HEAD.format(words=" ".join(shlex.join(arguments).split()), path=path) + told)
    return config.load(*configuration([path]))


def _refuse(flags: Flags) -> None:
    if flags.disable_conf_reward:
        raise ConfigError(
            "--disable_conf_reward: its other reward is not part of this project; leave it out, or "
            "change the reward in the profile (workflow/schemas/, key reward)"
        )
    if flags.solver_prompt_idx and flags.state == "paper":
        raise ConfigError(
            f"--solver_prompt_idx: must be 0 with --state paper, which has one prompt, got "
            f"{flags.solver_prompt_idx}"
        )


def _shards_per_job(rows: int, shard_size: int, workers: int) -> int:
    """Every worker has its share of the shards in one job, and loads the model once."""
    shards = math.ceil(rows / shard_size)
    return min(math.ceil(shards / workers), MOST_SHARDS)


def _about(profile_name: str, flags: Flags) -> dict[str, Any]:
    """The keys beside catalogs and names: one seed, one protocol, no figures."""
    return {
        "protocols": [protocol(flags)],
        "seeds": [flags.seed],
        "baseline": profile_name,
        "flips_against": profile_name,
        "ladder": [],
        "figures": [],
        "measures": {"chains": [], "attention": []},
    }
