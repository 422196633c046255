"""Scoring what is there: whether it is what the configuration says."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dmlr import config
from dmlr.errors import ConfigError
from dmlr.experiment import Experiment
from dmlr.records import Prediction, Sample, read_provenance
from dmlr.settings import Model, RunKey

PREPARED = ("benchmark", "files", "shards", "shard_size")
REMEDY = "run snakemake without a target, which answers no finished sample again"


def check(experiment: Experiment, results: Path, needed: Sequence[str]) -> None:
    """Stop before anything is scored, or a judge paid, under a name that is not its own.

    Args:
        experiment: the configuration.
        results: folder of all stages' results.
        needed: all files that scoring needs.

    Raises:
        ConfigError: files are missing, or were made under other settings than the planned ones.
    """
    missing = [path for path in needed if not Path(path).exists()]
    if missing:
        raise ConfigError(
            f"reverify scores what is there: {len(missing)} of {len(needed)} files are missing, "
            f"the first is {missing[0]}; run snakemake without a target first"
        )
    for place, name, found, planned in _differences(experiment, results):
        raise ConfigError(
            f"reverify: {place} was made with another {name} than the planned one: must be "
            f"{planned!r}, got {found!r}; {REMEDY}"
        )


Difference = tuple[Path, str, Any, Any]  # file, setting, found, planned


def _differences(experiment: Experiment, results: Path) -> Iterator[Difference]:
    for benchmark in experiment.benchmarks:
        path = results / "benchmarks" / benchmark / "samples.parquet"
        planned = json.loads(config.prepare_settings(experiment, benchmark))
        yield from _differing(path, read_provenance(path, Sample), planned, PREPARED)
    for key in config.run_keys(experiment):
        shard = config.shards_of(experiment, key.benchmark)[0]
        path = results / "runs" / key.folder / f"{shard}.predictions.parquet"
        told = read_provenance(path, Prediction)
        yield from _differing(path, told, _run(experiment, key), ("model", "profile", "seed"))


def _run(experiment: Experiment, key: RunKey) -> dict[str, Any]:
    model: Model = experiment.model_catalog[key.model].model
    profile = experiment.profile_catalog[key.profile]
    return {"model": model.model_dump(), "profile": profile.model_dump(), "seed": key.seed}


def _differing(
    path: Path, found: Mapping[str, Any], planned: Mapping[str, Any], names: Sequence[str]
) -> Iterator[Difference]:
    """The settings that differ; of a mapping, its single fields."""
    for name in names:
        one, other = found.get(name), json.loads(json.dumps(planned[name]))
        if isinstance(one, dict) and isinstance(other, dict):
            for field in {**other, **one}:
                if one.get(field) != other.get(field):
                    yield path, f"{name}.{field}", one.get(field), other.get(field)
        elif one != other:
            yield path, name, one, other
