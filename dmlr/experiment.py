"""A whole experiment: what to run, and the catalogs to choose from.

It knows the benchmarks' catalog, which the settings of the stages after ``prepare`` do not: a new kind
of benchmark must not make features or predictions of the others stale.
"""

from typing import Annotated, Literal

from pydantic import Field

from dmlr.datasets.entry import Benchmark
from dmlr.settings import ModelEntry, Profile, Protocol, Slug, StageSettings
from dmlr.strict import Settings


class Experiment(Settings):
    """Everything in the configuration files, merged: what to run, and the catalogs to choose from."""

    benchmarks: list[Slug] = Field(min_length=1, description="Benchmarks to run.")
    models: list[Slug] = Field(min_length=1, description="Models to run.")
    profiles: list[Slug] = Field(min_length=1, description="Methods' profiles to run.")
    protocols: list[Slug] = Field(min_length=1, description="Protocols to score under.")
    baseline: Slug = Field(description="Profile that the others are compared with, paired.")
    flips_against: Slug = Field(
        description="Profile whose answers the others are held against: how many differ, right or wrong."
    )
    seeds: list[int] = Field(min_length=1, description="Run seeds.")
    batch_size: Literal["auto"] | Annotated[int, Field(ge=1)] = Field(
        description="Samples that go through the model together; auto: as many as fit. Changes no "
        "answer in float32."
    )
    shard_size: int = Field(ge=1, le=1000, description="Samples per shard, the unit of a job.")
    benchmark_catalog: dict[Slug, Benchmark] = Field(description="Benchmarks by name.")
    model_catalog: dict[Slug, ModelEntry] = Field(description="Models by name.")
    profile_catalog: dict[Slug, Profile] = Field(description="Profiles by name.")
    protocol_catalog: dict[Slug, Protocol] = Field(description="Protocols by name.")


class PrepareSettings(StageSettings):
    """Settings of ``dmlr prepare``; ``files`` tells the state of the local files it reads."""

    name: Slug
    benchmark: Benchmark
    files: dict[str, str]
    shards: list[str]
    shard_size: int
