"""A whole experiment: what to run, and the catalogs to choose from.

It knows all catalogs, which no stage's settings do: a new kind of benchmark or judge must not make the
results of another stage stale.
"""

from typing import Annotated, Literal

from pydantic import Field

from dmlr.datasets.entry import Benchmark
from dmlr.judge.entry import Judge
from dmlr.settings import ModelEntry, Profile, Slug
from dmlr.strict import Settings
from dmlr.verify.protocol import Protocol

FigureName = Literal[
    "figure2", "figure3", "figure4", "figure6", "figure7", "figure8", "figure9", "figure10", "figure11"
]  # fmt: skip

MOST_SHARDS = 200  # of a job: a shell takes a command line of so many files


class Measures(Settings):
    """What is measured beyond the answers, for the figures that ask for more; of the first seed."""

    chains: list[Slug] = Field(
        description="Profiles whose replies are measured by token and by step (figures 2 to 4)."
    )
    perturbed: Literal["blank", "foreign"] = Field(
        description="The picture that a reply is held against: plain grey, or made-up coloured squares."
    )
    attention: list[Slug] = Field(
        description="Profiles of method dmlr whose attention and embeddings are kept (figure 10)."
    )
    attention_samples: int = Field(
        ge=1, description="How many samples of each benchmark's first shard that is kept for."
    )


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
    max_unscored_share: float = Field(
        ge=0,
        le=1,
        description="Share of unparsed and failed answers above which a number of a table is not final: "
        "its bounds stand in its place.",
    )
    ladder: list[Slug] = Field(
        description="Profiles from one to another, each differing from the one before in one field: the "
        "gap table says what each difference does; empty for none."
    )
    figures: list[FigureName] = Field(description="Figures of the paper to regenerate.")
    measures: Measures = Field(description="What some figures need beyond the answers.")
    seeds: list[int] = Field(min_length=1, description="Run seeds.")
    batch_size: Literal["auto"] | Annotated[int, Field(ge=1)] = Field(
        description="Samples that go through the model together; auto: as many as fit. Changes no "
        "answer in float32."
    )
    shard_size: int = Field(ge=1, le=1000, description="Samples per shard, the unit of a file.")
    shards_per_job: int = Field(
        ge=1,
        le=MOST_SHARDS,
        description="Consecutive shards of a benchmark that one job works on, with the model loaded "
        "once. Changes no answer, and none is computed again when it changes.",
    )
    gpu_share: int = Field(
        ge=1,
        description="Jobs that may use a GPU at a time, for small models; snakemake's --resources gpu=N "
        "then counts so many for each GPU.",
    )
    cache: str = Field(
        min_length=1,
        description="Folder of finished answers and measures by content, which other shards, names and "
        "configurations find again. One outside of results/ is shared between working directories, and "
        "has vision features and judges' replies too. Changes no number.",
    )
    benchmark_catalog: dict[Slug, Benchmark] = Field(description="Benchmarks by name.")
    model_catalog: dict[Slug, ModelEntry] = Field(description="Models by name.")
    profile_catalog: dict[Slug, Profile] = Field(description="Profiles by name.")
    protocol_catalog: dict[Slug, Protocol] = Field(description="Protocols by name.")
    judge_catalog: dict[Slug, Judge] = Field(description="Judge models by name.")
