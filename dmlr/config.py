"""From configuration files to checked settings, and from those to each stage's settings."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from dmlr import settings
from dmlr.checkpoint import family_of, signature
from dmlr.datasets.entry import Benchmark
from dmlr.datasets.places import planned_samples, state
from dmlr.errors import ConfigError, DataError
from dmlr.experiment import Experiment, PrepareSettings
from dmlr.faults import lines, place_of
from dmlr.files import canonical
from dmlr.provenance import PACKAGE, fingerprint, versions

AnySettings = TypeVar("AnySettings", bound=settings.StageSettings)
PROFILES, MODELS = ("profiles.yaml", "profiles-controls.yaml"), ("models.yaml",)
CATALOGS = {
    "benchmarks": "benchmark_catalog",
    "models": "model_catalog",
    "profiles": "profile_catalog",
    "protocols": "protocol_catalog",
}


def load(merged: dict[str, Any], files: Sequence[str | Path] = ()) -> Experiment:
    """Check the merged configuration; ``files`` are what it was merged from, last one on top.

    Raises:
        ConfigError: with one line for every fault there is.
    """
    try:
        experiment = Experiment.model_validate(merged)
    except ValidationError as error:
        raise ConfigError("\n".join(lines(error, files))) from None
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
        raise ConfigError("\n".join(lines(error, ["--settings"]))) from None
    if found.code != fingerprint(stage):
        raise ConfigError(
            f"--settings: code must be {fingerprint(stage)}, the code of the stage {stage} that is "
            f"installed, got {found.code}: it changed while the workflow ran; start snakemake again"
        )
    return found


def batch_size(text: str) -> int | None:
    """The number of samples at once from the command line; None for ``auto``.

    Raises:
        ConfigError: it is neither.
    """
    if text == "auto":
        return None
    if not text.isdecimal() or int(text) == 0:
        raise ConfigError(f"--batch-size: must be auto or a whole number from 1 on, got {text!r}")
    return int(text)


def model_entry(
    checkpoint: str, *, dtype: str, revision: str | None = None, offline: bool = False
) -> settings.Model:
    """A model from the command line, of the family that it says it is, with the paper's image limits.

    Raises:
        ConfigError: there is no such dtype.
        CheckpointError: there is no such checkpoint, or no adapter drives it.
    """
    entry = {"checkpoint": checkpoint, "revision": revision, "offline": offline, "dtype": dtype}
    limits = {"family": "qwen2_5_vl", "min_image_tokens": 4, "max_image_tokens": 256}
    try:
        model = settings.Model.model_validate({**entry, **limits})
    except ValidationError as error:
        raise ConfigError("\n".join(lines(error, ["command line"]))) from None
    return model.model_copy(update={"family": family_of(model)})


def chosen(
    model: settings.Model, profile_name: str, changes: Sequence[str]
) -> tuple[settings.Model, settings.Profile]:
    """A model and a profile of the catalog, with single fields changed from the command line.

    Args:
        model: the model's settings before the changes.
        profile_name: of config/profiles.yaml or config/profiles-controls.yaml, of this directory or else
            of the project.
        changes: ``field=value`` each, a field of the profile or of the model; the value as in YAML.

    Raises:
        ConfigError: with one line for the first fault.
    """
    catalog = _catalog("profile_catalog", PROFILES)
    if profile_name not in catalog:
        raise ConfigError(f"--profile: must be one of {', '.join(catalog)}, got {profile_name!r}")
    profile = dict(catalog[profile_name])
    limits = model.model_dump(include={"min_image_tokens", "max_image_tokens"})
    known = [*type(_profile(profile)).model_fields, *limits]
    for change in changes:
        field, equals, value = change.partition("=")
        if not equals or field not in known or field == "method":
            names = ", ".join(name for name in known if name != "method")
            raise ConfigError(f"--set: must be field=value with one of {names}; got {change!r}")
        (limits if field in limits else profile)[field] = _value(value)
    try:
        changed = settings.Model.model_validate({**model.model_dump(), **limits})
    except ValidationError as error:
        raise ConfigError("\n".join(lines(error, ["--set"]))) from None
    return changed, _profile(profile)


def card_of(checkpoint: str) -> settings.Card:
    """How the card of a model asks, by the catalog of models.

    Raises:
        ConfigError: the catalog has no such checkpoint.
    """
    for entry in _catalog("model_catalog", MODELS).values():
        if entry["checkpoint"] == checkpoint:
            return settings.Card.model_validate(entry.get("card", {}))
    raise ConfigError(
        f"--profile: asks as the card of the model does, and no entry of config/{MODELS[0]} has the "
        f"checkpoint {checkpoint}; add one, or take another profile"
    )


def _catalog(key: str, names: Sequence[str]) -> dict[str, Any]:
    """A catalog from the files of this directory, or else of the project."""
    for folder in (Path("config"), PACKAGE.parent / "config"):
        paths = [folder / name for name in names if (folder / name).is_file()]
        if paths:
            read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]
            return {name: entry for found in read for name, entry in found[key].items()}
    raise ConfigError(f"config/{names[0]}: must be the catalog {key}, found nothing there")


def _profile(fields: dict[str, Any]) -> settings.Profile:
    try:
        found: settings.Profile = TypeAdapter(settings.Profile).validate_python(fields)
    except ValidationError as error:
        raise ConfigError("\n".join(lines(error, ["--set"]))) from None
    return found


def _value(text: str) -> Any:
    """A value as YAML reads it, but for numbers such as 1e-3, which YAML takes for text."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise ConfigError(f"--set: the value must be YAML, got {text!r}") from None


def shard_names(benchmark: Benchmark, shard_size: int) -> list[str]:
    """Names of a benchmark's shards.

    Raises:
        DataError: its local file cannot be read, or its subset chooses nothing.
    """
    return settings.shard_names(-(-planned_samples(benchmark) // shard_size))


def shards_of(experiment: Experiment, name: str) -> list[str]:
    """Names of the shards of a benchmark of an experiment, whose local files must be there.

    Raises:
        DataError: they are not, or the subset chooses nothing.
    """
    entry = experiment.benchmark_catalog[name]
    try:
        state(name, entry)
        return shard_names(entry, experiment.shard_size)
    except DataError as error:
        raise DataError(f"benchmark_catalog.{name}: {error}") from None


def prepare_settings(experiment: Experiment, name: str) -> str:
    """Canonical JSON of what determines a benchmark's prepared files."""
    benchmark = experiment.benchmark_catalog[name]
    return _canonical(
        PrepareSettings(
            code=fingerprint("prepare"),
            name=name,
            benchmark=benchmark,
            files=state(name, benchmark),
            shards=shard_names(benchmark, experiment.shard_size),
            shard_size=experiment.shard_size,
        )
    )


def features_settings(experiment: Experiment, model: str) -> str:
    """Canonical JSON of what determines a model's image features."""
    packages = versions("torch", "transformers", "qwen-vl-utils", "pillow")
    chosen = experiment.model_catalog[model].model
    return _canonical(
        settings.FeaturesSettings(
            code=fingerprint("features"), model=chosen, files=signature(chosen), packages=packages
        )
    )


def asks_by_card(profile: settings.Profile) -> bool:
    """Whether a profile reads the card of the model."""
    return isinstance(profile, settings.Vanilla) and profile.prompt == "card"


def reason_settings(experiment: Experiment, key: settings.RunKey) -> str:
    """Canonical JSON of what determines a run's predictions."""
    entry, profile = experiment.model_catalog[key.model], experiment.profile_catalog[key.profile]
    return _canonical(
        settings.ReasonSettings(
            code=fingerprint("reason"),
            model=entry.model,
            files=signature(entry.model),
            profile=profile,
            card=entry.card if asks_by_card(profile) else None,
            seed=key.seed,
            packages=versions("torch", "transformers"),
        )
    )


def verify_settings(experiment: Experiment, protocol: str) -> str:
    """Canonical JSON of what determines verdicts."""
    chosen = experiment.protocol_catalog[protocol]
    return _canonical(settings.VerifySettings(code=fingerprint("verify"), protocol=chosen))


def aggregate_settings(experiment: Experiment) -> str:
    """Canonical JSON of what determines the database and the tables."""
    size, catalog = experiment.shard_size, experiment.benchmark_catalog
    shards = {name: len(shard_names(catalog[name], size)) for name in experiment.benchmarks}
    models = {name: experiment.model_catalog[name].model_dump() for name in experiment.models}
    profiles = {name: experiment.profile_catalog[name].model_dump() for name in experiment.profiles}
    return _canonical(
        settings.AggregateSettings(
            code=fingerprint("aggregate"),
            benchmarks=shards,
            models=models,
            profiles=profiles,
            seeds=experiment.seeds,
            protocols=experiment.protocols,
            baseline=experiment.baseline,
            flips_against=experiment.flips_against,
        )
    )


def report_settings(experiment: Experiment) -> str:
    """Canonical JSON of what determines the pages besides the database."""
    return _canonical(
        settings.ReportSettings(
            code=fingerprint("report"),
            baseline=experiment.baseline,
            benchmarks=experiment.benchmarks,
        )
    )


def run_keys(experiment: Experiment) -> list[settings.RunKey]:
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


def _unknown_names(experiment: Experiment, files: Sequence[str | Path]) -> Iterable[str]:
    for listed, catalog in CATALOGS.items():
        known = getattr(experiment, catalog)
        for i, name in enumerate(getattr(experiment, listed)):
            if name not in known:
                place = place_of((listed, i), files)
                yield f"{place} must be a name of {catalog} ({', '.join(known)}), got {name!r}"
    if experiment.flips_against not in experiment.profile_catalog:
        place, names = place_of(("flips_against",), files), ", ".join(experiment.profile_catalog)
        yield f"{place} must be a name of profile_catalog ({names}), got {experiment.flips_against!r}"
    if experiment.baseline not in experiment.profiles:
        place, names = place_of(("baseline",), files), ", ".join(experiment.profiles)
        yield f"{place} must be one of profiles ({names}), got {experiment.baseline!r}"
