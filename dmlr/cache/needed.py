"""What experiments need of a cache."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dmlr import config
from dmlr.cache.finished import NAMES
from dmlr.cache.groups import Group
from dmlr.experiment import Experiment

Needed = Callable[[Group], bool]


def needed_by(experiments: Sequence[Experiment]) -> Needed:
    """Says of a group whether one of the experiments, as planned now, can use it.

    Weights are not read for that: what was made from others of the same name counts as needed too.
    """
    told = [one for experiment in experiments for one in _settings(experiment)]

    def is_needed(group: Group) -> bool:
        return any(
            kind == group.kind and all(group.about.get(k) == v for k, v in settings.items())
            for kind, settings in told
        )

    return is_needed


def _settings(experiment: Experiment) -> Iterator[tuple[str, dict[str, Any]]]:
    """The settings of every group, by its kind, without the state of the checkpoint's files."""
    measures, runs = experiment.measures, config.run_keys(experiment)
    for model in experiment.models:
        settings = _read(config.features_settings(experiment, model))
        del settings["model"]["family"]
        yield "features", settings | settings.pop("model")
        if measures.chains:
            yield "chains", _read(config.chains_settings(experiment, model))
    for key in runs:
        yield "answers", _read(config.reason_settings(experiment, key))
    for key in config.measured_keys(experiment, measures.attention):
        settings = _read(config.attention_settings(experiment, key))
        del settings["samples"]
        yield "attention", settings


def _read(settings: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(settings)
    del found["files"]
    for name in NAMES:
        del found["model"][name]
    return found
