"""What the stage prepare is told."""

from dmlr.datasets.entry import Benchmark
from dmlr.settings import Slug, StageSettings


class PrepareSettings(StageSettings):
    """Settings of ``dmlr prepare``; ``files`` tells the state of the local files it reads."""

    name: Slug
    benchmark: Benchmark
    files: dict[str, str]
    shards: list[str]
    shard_size: int
