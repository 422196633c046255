"""Settings from the command line: a model, a profile with its changes, a batch size."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from dmlr import settings
from dmlr.checkpoint import family_of
from dmlr.config import asks_by_card
from dmlr.datasets.registry import LOADERS
from dmlr.errors import ConfigError
from dmlr.faults import lines
from dmlr.judge.entry import Judge
from dmlr.provenance import PACKAGE
from dmlr.strict import Settings
from dmlr.verify.protocol import LIMITS, Protocol, resolved
from dmlr.verify.results_file import Scoring

AnySettings = TypeVar("AnySettings", bound=Settings)
PROFILES = (
    "profiles.yaml", "profiles-controls.yaml", "profiles-sweeps.yaml", "profiles-ladder.yaml",
)  # fmt: skip
MODELS = ("models.yaml",)
PROTOCOLS, JUDGES = ("protocols.yaml",), ("judges.yaml",)


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


def by_shard(shards: Sequence[Path], others: Mapping[str, Sequence[Path]]) -> list[list[Path]]:
    """The files of each shard, from options that are given once for each shard, in one order.

    Args:
        shards: what ``--shard`` was given.
        others: option -> what it was given.

    Raises:
        ConfigError: an option was given more or less often than ``--shard``.
    """
    for option, paths in others.items():
        if len(paths) != len(shards):
            raise ConfigError(
                f"{option}: must be given once for each --shard, that is {len(shards)} times, got "
                f"{len(paths)}"
            )
    return [list(files) for files in zip(shards, *others.values(), strict=True)]


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


def card_for(checkpoint: str, profile_name: str, profile: settings.Profile) -> settings.Card | None:
    """How the card of a model asks, by the catalog of models; None where the profile does not read it.

    Raises:
        ConfigError: it does, and the catalog has no such checkpoint or a card that breaks its schema.
    """
    if not asks_by_card(profile):
        return None
    for entry in _catalog("model_catalog", MODELS).values():
        if entry.get("checkpoint") == checkpoint:
            try:
                return settings.Card.model_validate(entry.get("card", {}))
            except ValidationError as error:
                raise ConfigError("\n".join(lines(error, [f"config/{MODELS[0]}"]))) from None
    raise ConfigError(
        f"--profile: {profile_name} asks as the card of the model does, and no entry of "
        f"config/{MODELS[0]} has the checkpoint {checkpoint}; add one, or take another profile"
    )


def protocol(name: str) -> tuple[Protocol, Judge | None]:
    """A protocol of the catalog, and its judge where it has one, ready to be asked.

    Raises:
        ConfigError: there is no such protocol or judge, or an entry breaks its schema.
    """
    found = _entry(Protocol, "protocol_catalog", PROTOCOLS, name, "--protocol")
    if found.judge is None:
        return found, None
    place = f"config/{PROTOCOLS[0]}: protocol_catalog.{name}.judge"
    return found, resolved(_entry(Judge, "judge_catalog", JUDGES, found.judge, place))


def scoring(name: str, ledger: Path, limits_text: str, loader: str | None) -> Scoring:
    """How a bare results.json is scored.

    Raises:
        ConfigError: there is no such protocol or loader, or a limit breaks the schema of judges.
    """
    if loader is not None and loader not in (*LOADERS, "json"):
        raise ConfigError(f"--loader: must be one of {', '.join(LOADERS)} or json, got {loader!r}")
    chosen_protocol, judge = protocol(name)
    told = limits(limits_text)
    return Scoring(name, chosen_protocol, judge and judge.model_copy(update=told), ledger, loader)


def limits(text: str) -> dict[str, Any]:
    """How a judge may be asked, from ``name=value`` pairs between commas.

    Raises:
        ConfigError: a pair is none, or its value breaks the schema of judges.
    """
    pairs = [part.partition("=") for part in text.split(",") if part]
    wrong = [name for name, equals, _ in pairs if not equals or name not in LIMITS]
    if wrong:
        raise ConfigError(
            f"--limits: must be name=value with {', '.join(LIMITS)}; got {wrong[0]!r}"
        )
    told = {name: _value(value) for name, _, value in pairs}
    try:
        Judge.model_validate({"prompt": "any.jinja", **told})
    except ValidationError as error:
        raise ConfigError("\n".join(lines(error, ["--limits"]))) from None
    return told


def _entry(
    kind: type[AnySettings], key: str, names: Sequence[str], name: str, place: str
) -> AnySettings:
    """One entry of a catalog, checked."""
    catalog = _catalog(key, names)
    if name not in catalog:
        raise ConfigError(f"{place}: must be one of {', '.join(catalog)}, got {name!r}")
    try:
        return kind.model_validate(catalog[name])
    except ValidationError as error:
        raise ConfigError("\n".join(lines(error, [f"config/{names[0]}"]))) from None


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
