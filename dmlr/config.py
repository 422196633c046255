"""From configuration files to checked settings, and from those to each stage's settings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from dmlr import published, settings
from dmlr.checkpoint import signature
from dmlr.datasets.entry import Benchmark
from dmlr.datasets.places import planned_samples, state
from dmlr.datasets.told import PrepareSettings
from dmlr.errors import ConfigError, DataError
from dmlr.experiment import Experiment
from dmlr.faults import lines
from dmlr.figures.told import FigureSettings
from dmlr.files import canonical
from dmlr.judge.prompt import Prompt
from dmlr.judges import judge_of
from dmlr.latent.profile import Dmlr
from dmlr.measures.told import AttentionSettings, ChainsSettings
from dmlr.names import unknown_names
from dmlr.provenance import FEATURE_PACKAGES, fingerprint, versions
from dmlr.report.told import ReportSettings
from dmlr.store.told import AggregateSettings, Prices
from dmlr.verify.protocol import LIMITS, VerifySettings, resolved, without_limits

AnySettings = TypeVar("AnySettings", bound=settings.StageSettings)
SPEED = {"batch_size", "shards_per_job", "gpu_share", "cache"}  # keys that no result depends on


def load(merged: dict[str, Any], files: Sequence[str | Path] = ()) -> Experiment:
    """Check the merged configuration; ``files`` are what it was merged from, last one on top.

    Raises:
        ConfigError: with one line for every fault there is.
    """
    try:
        experiment = Experiment.model_validate(merged)
    except ValidationError as error:
        raise ConfigError("\n".join(lines(error, files))) from None
    faults = list(unknown_names(experiment, files))
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


def blocks(shards: Sequence[str], size: int) -> list[list[str]]:
    """Consecutive shards in blocks of ``size``, the last of which may be smaller."""
    return [list(shards[start : start + size]) for start in range(0, len(shards), size)]


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
    packages = versions(*FEATURE_PACKAGES)
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


def chains_settings(experiment: Experiment, model: str) -> str:
    """Canonical JSON of what determines the chains of a model's replies."""
    chosen = experiment.model_catalog[model].model
    return _canonical(
        ChainsSettings(
            code=fingerprint("chains"),
            model=chosen,
            files=signature(chosen),
            perturbed=experiment.measures.perturbed,
            packages=versions("torch", "transformers", "pillow"),
        )
    )


def attention_settings(experiment: Experiment, key: settings.RunKey) -> str:
    """Canonical JSON of what determines the attention maps of a run of method dmlr."""
    chosen = experiment.model_catalog[key.model].model
    profile = experiment.profile_catalog[key.profile]
    assert isinstance(profile, Dmlr), "the configuration is checked"
    return _canonical(
        AttentionSettings(
            code=fingerprint("attention"),
            model=chosen,
            files=signature(chosen),
            profile=profile,
            seed=key.seed,
            samples=experiment.measures.attention_samples,
            packages=versions("torch", "transformers", "pillow"),
        )
    )


def measured_keys(experiment: Experiment, profiles: Sequence[str]) -> list[settings.RunKey]:
    """The runs of the first seed of those profiles that are run at all."""
    wanted = [key for key in run_keys(experiment) if key.profile in profiles]
    return [key for key in wanted if key.seed == experiment.seeds[0]]


def verify_settings(experiment: Experiment, protocol: str, benchmark: str) -> str:
    """Canonical JSON of what determines the verdicts of a benchmark's runs under a protocol.

    Raises:
        ConfigError: its judge's model or server is named nowhere, or its prompt cannot be read.
    """
    judge = judge_of(experiment, protocol)
    return _canonical(
        VerifySettings(
            code=fingerprint("verify"),
            protocol=experiment.protocol_catalog[protocol],
            loader=experiment.benchmark_catalog[benchmark].loader,
            packages=versions("math-verify", "latex2sympy2_extended", "sympy"),
            judge=judge and without_limits(resolved(judge)),
            prompt_digest=Prompt.load(judge.prompt).digest if judge else None,
        )
    )


def aggregate_settings(experiment: Experiment) -> str:
    """Canonical JSON of what determines the database and the tables."""
    size, catalog = experiment.shard_size, experiment.benchmark_catalog
    shards = {name: len(shard_names(catalog[name], size)) for name in experiment.benchmarks}
    models = {
        name: experiment.model_catalog[name].model_dump(exclude={"gpus"})
        for name in experiment.models
    }
    profiles = {name: experiment.profile_catalog[name].model_dump() for name in experiment.profiles}
    return _canonical(
        AggregateSettings(
            code=fingerprint("aggregate"),
            benchmarks=shards,
            models=models,
            profiles=profiles,
            seeds=experiment.seeds,
            protocols=experiment.protocols,
            baseline=experiment.baseline,
            flips_against=experiment.flips_against,
            max_unscored_share=experiment.max_unscored_share,
            published=published.state(),
            judges={
                name: Prices(
                    name=experiment.protocol_catalog[name].judge or name,
                    input_price=judge.input_price,
                    output_price=judge.output_price,
                )
                for name in experiment.protocols
                if (judge := judge_of(experiment, name))
            },
            ladder=experiment.ladder,
        )
    )


def report_settings(experiment: Experiment) -> str:
    """Canonical JSON of what determines the pages besides the database."""
    return _canonical(
        ReportSettings(
            code=fingerprint("report"),
            baseline=experiment.baseline,
            benchmarks=experiment.benchmarks,
            paper=_paper(experiment),
            experiment=used(experiment),
        )
    )


def _paper(experiment: Experiment) -> dict[str, Any]:
    """The profile ``dmlr-paper``; a catalog may lack it, and its values are the defaults."""
    return experiment.profile_catalog.get("dmlr-paper", Dmlr(method="dmlr")).model_dump()


def used(experiment: Experiment) -> dict[str, Any]:
    """The experiment as a configuration file: what was chosen, and of the catalogs what it uses.

    What no result depends on is left out: how samples go together, how fast a judge is asked.
    """
    judges = {name: judge_of(experiment, name) for name in experiment.protocols}
    asked = {experiment.protocol_catalog[name].judge for name, judge in judges.items() if judge}
    measured = {*experiment.measures.chains, *experiment.measures.attention}
    names: dict[str, set[str | None]] = {
        "benchmark_catalog": {*experiment.benchmarks},
        "model_catalog": {*experiment.models},
        "profile_catalog": {*experiment.profiles, experiment.flips_against, *measured},
        "protocol_catalog": {*experiment.protocols},
        "judge_catalog": asked,
    }
    told = experiment.model_dump(exclude=SPEED)
    for entry in told["model_catalog"].values():
        del entry["gpus"]
    for catalog, kept in names.items():
        told[catalog] = {name: entry for name, entry in told[catalog].items() if name in kept}
    for name, entry in told["judge_catalog"].items():
        told["judge_catalog"][name] = {k: v for k, v in entry.items() if k not in LIMITS}
    return told


def figure_settings(experiment: Experiment) -> str:
    """Canonical JSON of what determines the figures besides the database and the measures."""
    size, catalog = experiment.shard_size, experiment.benchmark_catalog
    measured = experiment.measures
    return _canonical(
        FigureSettings(
            code=fingerprint("figure"),
            benchmarks=experiment.benchmarks,
            shards={n: len(shard_names(catalog[n], size)) for n in experiment.benchmarks},
            models=experiment.models,
            profiles=experiment.profiles,
            seed=experiment.seeds[0],
            protocol=experiment.protocols[0],
            baseline=experiment.baseline,
            paper=_paper(experiment),
            chains=[name for name in experiment.profiles if name in measured.chains],
            perturbed=measured.perturbed,
            attention=[name for name in experiment.profiles if name in measured.attention],
            packages=versions("matplotlib", "scipy"),
        )
    )


def cache_folder(experiment: Experiment) -> Path:
    """Where finished samples are kept by content.

    Raises:
        ConfigError: something else is there.
    """
    folder = Path(experiment.cache).expanduser()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"cache: must be a folder, got the file {folder}; name another place")
    return folder


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
