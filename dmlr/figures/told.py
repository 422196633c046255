"""What the stage figure is told."""

from itertools import product
from typing import Any

from dmlr.settings import RunKey, Slug, StageSettings


class FigureSettings(StageSettings):
    """Settings of ``dmlr figure``: what a figure of the paper is made from besides the database.

    ``shards`` tells how many each benchmark has. Figures are of one ``seed`` and one ``protocol``, the
    experiment's first. ``paper`` is the profile that the sweeps go around. ``chains`` and ``attention``
    are the profiles, of those that run, that more was measured of; ``perturbed`` is how.
    """

    benchmarks: list[Slug]
    shards: dict[Slug, int]
    models: list[Slug]
    profiles: list[Slug]
    seed: int
    protocol: Slug
    baseline: Slug
    paper: dict[str, Any]
    chains: list[Slug]
    perturbed: str
    attention: list[Slug]
    packages: dict[str, str]

    def runs(self, profiles: list[Slug]) -> list[RunKey]:
        """The runs of these profiles, in the experiment's order."""
        keys = product(self.benchmarks, self.models, profiles)
        return [RunKey(benchmark=b, model=m, profile=p, seed=self.seed) for b, m, p in keys]
