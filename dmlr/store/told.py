"""What the stage aggregate is told."""

from itertools import product
from typing import Any

from pydantic import Field

from dmlr.settings import RunKey, Slug, StageSettings, shard_names
from dmlr.strict import Settings


class PlannedRun(Settings):
    """A run with what it was set to and the shards it consists of."""

    key: RunKey
    profile: dict[str, Any]
    model: dict[str, Any]
    shards: list[str]


class Prices(Settings):
    """A judge's name and its prices, US dollars for a million tokens, None where unknown."""

    name: Slug
    input_price: float | None
    output_price: float | None


class AggregateSettings(StageSettings):
    """Settings of ``dmlr aggregate``: every profile and model once, since a grid has many runs.

    ``benchmarks`` tells how many shards each has, ``judges`` the protocols that ask one, ``published``
    the state of the published numbers, None for none, ``ladder`` which profiles differ in one field from
    the one before. A command line is at most 128 KiB long.
    """

    benchmarks: dict[Slug, int]
    models: dict[Slug, dict[str, Any]]
    profiles: dict[Slug, dict[str, Any]]
    seeds: list[int]
    protocols: list[Slug]
    baseline: Slug
    flips_against: Slug
    max_unscored_share: float
    judges: dict[Slug, Prices] = Field(default_factory=dict)
    published: str | None = None
    ladder: list[Slug] = Field(default_factory=list)

    @property
    def runs(self) -> list[PlannedRun]:
        """All runs, in the order of their names."""
        keys = product(self.benchmarks, self.models, self.profiles, self.seeds)
        return [
            PlannedRun(
                key=RunKey(benchmark=benchmark, model=model, profile=profile, seed=seed),
                profile=self.profiles[profile],
                model=self.models[model],
                shards=shard_names(self.benchmarks[benchmark]),
            )
            for benchmark, model, profile, seed in keys
        ]
