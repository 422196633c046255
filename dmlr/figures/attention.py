"""Figure 10: what the think tokens attend to on the picture, and where they are among the embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from dmlr.errors import RecordError
from dmlr.figures.made import Made
from dmlr.figures.source import Source
from dmlr.figures.style import LOOKS, legend, not_run, panels
from dmlr.records import AttentionMap, Embedding, read_provenance
from dmlr.settings import RunKey, shard_names

MOST = 24  # samples that are drawn
COLUMNS = 4  # steps that are drawn, the start included
SIDE = 192  # pixels of the longer side of a picture as drawn
SQUARE = (1.5, 1.5)  # inches
SAYS = (
    "Attention to the picture, the mean over layers and heads: of the tokens of the baseline's reply "
    "({baseline}; mean over the reply), and of the think tokens (mean over them) at the start and after "
    "steps of the optimisation. Each map is scaled to its own maximum, black being none; below it is the "
    "share of the attention that goes to the picture, the rest goes to text. Right: input embeddings of the "
    "prompt's text, the picture and the think tokens on the first two principal components of all of the "
    "sample's; the line follows the mean of the think tokens from the start (open) to the end (filled)."
)
# Means over think tokens, from the records of a run's first shard.
MAPS = """
WITH cells AS (
    SELECT
        sample_id, source, step, grid_columns,
        unnest(attention) AS attention, unnest(range(len(attention))) AS cell
    FROM read_parquet($path)
),
final AS (
    SELECT
        'attention', sample_id, source, coalesce(step + 1, NULL), NULL,
        cell % grid_columns, cell // grid_columns, avg(attention)
    FROM cells
    GROUP BY ALL
)
SELECT * FROM final ORDER BY ALL
"""


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
