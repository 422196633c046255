"""From configuration files to checked settings, and from those to each stage's settings."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from dmlr import settings
from dmlr.checkpoint import signature
from dmlr.errors import ConfigError
from dmlr.files import canonical
from dmlr.provenance import fingerprint, versions

AnySettings = TypeVar("AnySettings", bound=settings.StageSettings)
CATALOGS = {
    "benchmarks": "benchmark_catalog",
    "models": "model_catalog",
    "profiles": "profile_catalog",
    "protocols": "protocol_catalog",
}


def load(merged: dict[str, Any], files: Sequence[str | Path] = ()) -> settings.Experiment:
    """Check the merged configuration; ``files`` are what it was merged from, last one on top.

    Raises:
        ConfigError: with one line for every fault there is.
    """
    try:
        experiment = settings.Experiment.model_validate(merged)
    except ValidationError as error:
        raise ConfigError("\n".join(_lines(error, files))) from None
    faults = list(_unknown_names(experiment, files))
    if faults:
        raise ConfigError("\n".join(faults))
    return experiment


def parse(kind: type[AnySettings], text: str, *, stage: str) -> AnySettings:
    """Read a stage's settings from JSON and check that the code is still the planned one.

    Raises:
        ConfigError: for settings that break their schema, or code that changed since planning.
    """
    try:
        found = kind.model_validate_json(text)
    except ValidationError as error:
        raise ConfigError("\n".join(_lines(error, ["--settings"]))) from None
    if found.code != fingerprint(stage):
        raise ConfigError(
            f"--settings: code must be {fingerprint(stage)}, the code of the stage {stage} that is "
            f"installed, got {found.code}: it changed while the workflow ran; start snakemake again"
        )
    return found


def shard_names(benchmark: settings.Benchmark, shard_size: int) -> list[str]:
    """Names of a benchmark's shards; growing the benchmark leaves the old names alone."""
    return [f"{i:05d}" for i in range(-(-benchmark.samples // shard_size))]


def prepare_settings(experiment: settings.Experiment, name: str) -> str:
    """Canonical JSON of what determines a benchmark's prepared files."""
    benchmark = experiment.benchmark_catalog[name]
    return _canonical(
        settings.PrepareSettings(
            code=fingerprint("prepare"),
            name=name,
            benchmark=benchmark,
            shards=shard_names(benchmark, experiment.shard_size),
            shard_size=experiment.shard_size,
        )
    )


def features_settings(experiment: settings.Experiment, model: str) -> str:
    """Canonical JSON of what determines a model's image features."""
    packages = versions("torch", "transformers", "qwen-vl-utils", "pillow")
    chosen = experiment.model_catalog[model]
    return _canonical(
        settings.FeaturesSettings(
            code=fingerprint("features"), model=chosen, files=signature(chosen), packages=packages
        )
    )


def reason_settings(experiment: settings.Experiment, key: settings.RunKey) -> str:
    """Canonical JSON of what determines a run's predictions."""
    model = experiment.model_catalog[key.model]
    return _canonical(
        settings.ReasonSettings(
            code=fingerprint("reason"),
            model=model,
            files=signature(model),
            profile=experiment.profile_catalog[key.profile],
            seed=key.seed,
            packages=versions("torch", "transformers"),
        )
    )


def verify_settings(experiment: settings.Experiment, protocol: str) -> str:
    """Canonical JSON of what determines verdicts."""
    chosen = experiment.protocol_catalog[protocol]
    return _canonical(settings.VerifySettings(code=fingerprint("verify"), protocol=chosen))


def aggregate_settings(experiment: settings.Experiment) -> str:
    """Canonical JSON of what determines the database and the tables."""
    runs = [
        settings.PlannedRun(
            key=key,
            profile=experiment.profile_catalog[key.profile].model_dump(),
            model=experiment.model_catalog[key.model].model_dump(),
            shards=shard_names(experiment.benchmark_catalog[key.benchmark], experiment.shard_size),
        )
        for key in run_keys(experiment)
    ]
    return _canonical(
        settings.AggregateSettings(
            code=fingerprint("aggregate"),
            runs=runs,
            protocols=experiment.protocols,
            baseline=experiment.baseline,
        )
    )


def report_settings(experiment: settings.Experiment) -> str:
    """Canonical JSON of what determines the pages besides the database."""
    return _canonical(
        settings.ReportSettings(
            code=fingerprint("report"),
            baseline=experiment.baseline,
            benchmarks=experiment.benchmarks,
        )
    )


def run_keys(experiment: settings.Experiment) -> list[settings.RunKey]:
    """All runs of an experiment, in the order of the configuration."""
    return [
        settings.RunKey(benchmark=benchmark, model=model, profile=profile, seed=seed)
        for benchmark in experiment.benchmarks
        for model in experiment.models
        for profile in experiment.profiles
        for seed in experiment.seeds
    ]


def _canonical(stage: settings.StageSettings) -> str:
    return canonical(stage.model_dump())


def _unknown_names(experiment: settings.Experiment, files: Sequence[str | Path]) -> Iterable[str]:
    for listed, catalog in CATALOGS.items():
        known = getattr(experiment, catalog)
        for i, name in enumerate(getattr(experiment, listed)):
            if name not in known:
                place = _place((listed, i), files)
                yield f"{place} must be a name of {catalog} ({', '.join(known)}), got {name!r}"
    if experiment.baseline not in experiment.profiles:
        place, names = _place(("baseline",), files), ", ".join(experiment.profiles)
        yield f"{place} must be one of profiles ({names}), got {experiment.baseline!r}"


def _lines(error: ValidationError, files: Sequence[str | Path]) -> list[str]:
    return [_line(fault, files) for fault in error.errors()]


def _line(fault: Any, files: Sequence[str | Path]) -> str:
    found, kind, context = fault["input"], fault["type"], fault.get("ctx", {})
    where = tuple(part for part in fault["loc"] if part not in ("vanilla", "dmlr", "[key]"))
    if fault["loc"][-1] in ("vanilla", "dmlr"):
        where = fault["loc"]
    place = _place(where, files)
    if kind == "extra_forbidden":
        return f"{place} is not a known key; remove it, or see workflow/schemas/ for the known ones"
    if kind == "missing":
        return f"{place} is missing and has no default; see workflow/schemas/ for what it means"
    if kind.startswith("union_tag"):
        return f"{place}.method must be one of {context.get('expected_tags', 'vanilla, dmlr')}"
    hint = ""
    if kind in ("float_type", "int_type") and isinstance(found, str):
        hint = "; YAML reads 1e-3 as text: write 0.001 or 1.0e-3"
    rule = fault["msg"].removeprefix("Input should be ").removeprefix("String should ")
    return f"{place} must be {rule}, got {found!r}{hint}"


def _place(where: tuple[Any, ...], files: Sequence[str | Path]) -> str:
    holder = next((file for file in reversed(files) if _holds(Path(file), where)), None)
    dotted = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in where).lstrip(".")
    return f"{holder or (files[-1] if files else 'configuration')}: {dotted}"


def _holds(file: Path, where: tuple[Any, ...]) -> bool:
    if not file.is_file():
        return False
    node = yaml.safe_load(file.read_text(encoding="utf-8"))
    for part in where:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
