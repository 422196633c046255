"""What a user may set, and what each stage is told: typed, closed to unknown keys.

These models are the schema; ``workflow/schemas/`` holds the same as JSON schema for editors, and a
test keeps them equal. A stage's settings are everything that changes its result and nothing else.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from dmlr.datasets.entry import Benchmark
from dmlr.latent.profile import Dmlr
from dmlr.strict import Settings

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=64)]


class Model(Settings):
    """A vision-language model."""

    checkpoint: str = Field(
        min_length=1,
        description="embedded:NAME (ships with dmlr), a local directory, or a hub id.",
    )
    revision: str | None = Field(description="Commit of the hub repository; required for a hub id.")
    offline: bool = Field(description="True: use only what the local hub cache holds.")
    family: Literal["qwen2_5_vl", "qwen3_vl"] = Field(
        description="Which adapter drives it (dmlr/vlm/)."
    )
    dtype: Literal["float32", "bfloat16", "float16"] = Field(description="Type of the weights.")
    min_image_tokens: int = Field(ge=1, description="Smaller images are enlarged to this.")
    max_image_tokens: int = Field(ge=4, description="Larger images are reduced to this.")


class Vanilla(Settings):
    """The model answers by itself."""

    method: Literal["vanilla"] = Field(description="How an answer is made.")
    prompt: Literal["unified", "direct"] = Field(
        description="unified: think, then answer (paper's prompts); direct: the answer alone."
    )
    max_new_tokens: int = Field(ge=1, description="Generation budget in tokens.")


Profile = Annotated[Vanilla | Dmlr, Field(discriminator="method")]


class Protocol(Settings):
    """How a prediction becomes a verdict."""

    rules: Literal["boxed"] = Field(description="Rule set: boxed reads the last \\boxed{}.")


class Experiment(Settings):
    """Everything in the configuration files, merged: what to run, and the catalogs to choose from."""

    benchmarks: list[Slug] = Field(min_length=1, description="Benchmarks to run.")
    models: list[Slug] = Field(min_length=1, description="Models to run.")
    profiles: list[Slug] = Field(min_length=1, description="Methods' profiles to run.")
    protocols: list[Slug] = Field(min_length=1, description="Protocols to score under.")
    baseline: Slug = Field(description="Profile that the others are compared with, paired.")
    seeds: list[int] = Field(min_length=1, description="Run seeds.")
    batch_size: Literal["auto"] | Annotated[int, Field(ge=1)] = Field(
        description="Samples that go through the model together; auto: as many as fit. Changes no "
        "answer in float32."
    )
    shard_size: int = Field(ge=1, le=1000, description="Samples per shard, the unit of a job.")
    benchmark_catalog: dict[Slug, Benchmark] = Field(description="Benchmarks by name.")
    model_catalog: dict[Slug, Model] = Field(description="Models by name.")
    profile_catalog: dict[Slug, Profile] = Field(description="Profiles by name.")
    protocol_catalog: dict[Slug, Protocol] = Field(description="Protocols by name.")


class StageSettings(Settings):
    """What a stage is told; ``code`` is the fingerprint of the code that was planned."""

    code: str


class PrepareSettings(StageSettings):
    """Settings of ``dmlr prepare``; ``files`` tells the state of the local files it reads."""

    name: Slug
    benchmark: Benchmark
    files: dict[str, str]
    shards: list[str]
    shard_size: int


class FeaturesSettings(StageSettings):
    """Settings of ``dmlr features``.

    ``files`` tells the state of a local checkpoint, ``packages`` the versions that can change a result.
    """

    model: Model
    files: dict[str, str]
    packages: dict[str, str]


class ReasonSettings(StageSettings):
    """Settings of ``dmlr reason``; ``files`` and ``packages`` as for the features."""

    model: Model
    files: dict[str, str]
    profile: Profile
    seed: int
    packages: dict[str, str]


class VerifySettings(StageSettings):
    """Settings of ``dmlr verify``."""

    protocol: Protocol


class RunKey(Settings):
    """Which run: benchmark x model x profile x seed."""

    benchmark: Slug
    model: Slug
    profile: Slug
    seed: int

    @property
    def folder(self) -> str:
        """Its place under ``results/runs``."""
        return f"{self.benchmark}/{self.model}/{self.profile}/seed-{self.seed}"

    @property
    def slug(self) -> str:
        """Its name as one word."""
        return f"{self.benchmark}--{self.model}--{self.profile}--seed-{self.seed}"


class PlannedRun(Settings):
    """A run with what it was set to and the shards it consists of."""

    key: RunKey
    profile: dict[str, Any]
    model: dict[str, Any]
    shards: list[str]


class AggregateSettings(StageSettings):
    """Settings of ``dmlr aggregate``."""

    runs: list[PlannedRun]
    protocols: list[Slug]
    baseline: Slug


class ReportSettings(StageSettings):
    """Settings of ``dmlr report``."""

    baseline: Slug
    benchmarks: list[Slug]
