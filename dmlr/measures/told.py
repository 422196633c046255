"""What the stages chains and attention are told."""

from typing import Literal

from dmlr.latent.profile import Dmlr
from dmlr.settings import Model, StageSettings


class ChainsSettings(StageSettings):
    """Settings of ``dmlr chains``; ``files`` and ``packages`` as for the features.

    What wrote the replies is none of them: the replies are measured as they are.
    """

    model: Model
    files: dict[str, str]
    perturbed: Literal["blank", "foreign"]
    packages: dict[str, str]


class AttentionSettings(StageSettings):
    """Settings of ``dmlr attention``; ``samples`` is how many of the shard's first are looked at."""

    model: Model
    files: dict[str, str]
    profile: Dmlr
    seed: int
    samples: int
    packages: dict[str, str]
