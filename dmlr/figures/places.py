"""Where attention goes on the pictures and where embeddings are, from the records of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dmlr.figures.source import Source
from dmlr.records import AttentionMap, Embedding, read_provenance
from dmlr.settings import RunKey, shard_names

MOST = 12  # samples that are drawn
# Of the records of a run's first shard; a map is the mean over think tokens. Records have the start at
# step -1.
PLACES = """
WITH cells AS (
    SELECT
        sample_id, source, step, grid_columns,
        unnest(attention) AS attention, unnest(range(len(attention))) AS cell
    FROM read_parquet($maps)
),
final AS (
    SELECT
        'attention' AS part, sample_id, source AS kind, step + 1 AS step, NULL AS token,
        cell % grid_columns AS x, cell // grid_columns AS y, avg(attention) AS attention
    FROM cells
    GROUP BY ALL
    UNION ALL
    SELECT 'embedding', sample_id, kind, step + 1, token, x, y, NULL
    FROM read_parquet($embeddings)
)
SELECT * FROM final ORDER BY sample_id, part, kind, step, token, y, x
"""


Key = tuple[str, str, str, str]  # benchmark, model, profile, sample


@dataclass(frozen=True)
class Place:
    """A cell of an attention map, or an embedding.

    ``kind`` is reply or think for a map, text, image or think for an embedding. ``step`` is 0 at the
    start; ``token`` is the embedding's think token. ``x`` is the column and ``y`` the row of a cell,
    from 0; of an embedding they are its first two principal components.
    """

    benchmark: str
    model: str
    profile: str
    part: Literal["attention", "embedding"]
    sample_id: str
    kind: str
    step: int | None
    token: int | None
    x: float
    y: float
    attention: float | None = None


def data(source: Source) -> list[Place]:
    """All maps and embeddings, in the experiment's order.

    Raises:
        RecordError: a file is missing, damaged, or of another format.
    """
    told, found = source.settings, []
    for key in told.runs(told.attention):
        shard = shard_names(told.shards[key.benchmark])[0]
        maps, embeddings = files(source.results, key, shard)
        read_provenance(maps, AttentionMap)
        read_provenance(embeddings, Embedding)
        asked = {"maps": str(maps), "embeddings": str(embeddings)}
        rows = source.database.execute(PLACES, asked).fetchall()
        found += [Place(key.benchmark, key.model, key.profile, *row) for row in rows]
    return found


def files(results: Path, key: RunKey, shard: str) -> tuple[Path, Path]:
    """Where the attention maps and the embeddings of a run are."""
    folder = results / "measures" / key.folder
    return folder / f"{shard}.attention.parquet", folder / f"{shard}.embeddings.parquet"


def chosen_samples(rows: Sequence[Place]) -> list[Key]:
    """At most ``MOST`` samples: the first of every run, then the second, in the order of the data."""
    taken: dict[tuple[str, ...], int] = {}
    ranks: dict[Key, int] = {}
    for key in samples(rows):
        ranks[key] = taken[key[:3]] = taken.get(key[:3], 0) + 1
    kept = set(sorted(ranks, key=lambda key: ranks[key])[:MOST])
    return [key for key in ranks if key in kept]


def samples(rows: Sequence[Place]) -> list[Key]:
    """All samples of some places, in their order."""
    return list(dict.fromkeys((r.benchmark, r.model, r.profile, r.sample_id) for r in rows))
