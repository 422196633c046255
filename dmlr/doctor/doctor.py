"""Whether everything that an experiment needs is here and in order."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from dmlr import config
from dmlr.devices.visible import SECONDS
from dmlr.doctor import packages, places
from dmlr.doctor.benchmarks import benchmark
from dmlr.doctor.devices import DEVICE_SECONDS, devices, enough
from dmlr.doctor.finding import Check, Finding, findings
from dmlr.doctor.judges import judge
from dmlr.doctor.models import model
from dmlr.errors import ConfigError
from dmlr.experiment import Experiment
from dmlr.merged import configuration

LOCAL_SECONDS = 60.0  # of a check that reads files, perhaps many over a network
NETWORK_SECONDS = 20.0


def doctor(configfiles: Sequence[Path]) -> Iterator[Finding]:
    """Check this machine and the configuration; each finding as soon as all before it are there."""
    experiment, faults = _experiment(configfiles)
    checks = [
        Check("Python", packages.python, LOCAL_SECONDS),
        Check("packages", packages.packages, LOCAL_SECONDS),
        Check("programs", packages.programs, LOCAL_SECONDS),
        Check("device", devices, DEVICE_SECONDS),
        Check("disk", places.room, LOCAL_SECONDS),
        Check("writing", places.writable, LOCAL_SECONDS),
        Check("git", places.code, LOCAL_SECONDS),
        Check("workflow", places.lock, LOCAL_SECONDS),
        Check("configuration", lambda: faults, LOCAL_SECONDS),
    ]
    yield from findings([*checks, *(_of_experiment(experiment) if experiment else ())])


def _experiment(configfiles: Sequence[Path]) -> tuple[Experiment | None, list[Finding]]:
    try:
        found = config.load(*configuration(configfiles))
    except ConfigError as error:
        return None, [Finding("configuration", "fault", line) for line in str(error).splitlines()]
    parts = ("benchmarks", "models", "profiles", "seeds", "protocols")
    text = ", ".join(f"{part}: {len(getattr(found, part))}" for part in parts)
    return found, [Finding("configuration", "ok", text)]


def _of_experiment(experiment: Experiment) -> Iterator[Check]:
    """What the configuration names, each once."""
    for name in experiment.models:
        entry = experiment.model_catalog[name].model
        yield Check(f"model {name}", partial(model, name, entry), NETWORK_SECONDS)
        gpus = experiment.model_catalog[name].gpus
        yield Check(f"model {name}", partial(enough, name, gpus), float(SECONDS))
    for name in experiment.benchmarks:
        run = partial(benchmark, name, experiment.benchmark_catalog[name])
        yield Check(f"benchmark {name}", run, NETWORK_SECONDS)
    asked = {experiment.protocol_catalog[name].judge for name in experiment.protocols}
    for name in sorted(filter(None, asked)):
        run = partial(judge, name, experiment.judge_catalog[name])
        yield Check(f"judge {name}", run, NETWORK_SECONDS)
