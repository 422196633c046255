"""What a job with a model asks a cluster for: memory of the host, and time.

These are limits and no estimates: a job that breaks one is ended and, where snakemake may retry it,
comes back with twice as much and goes on from its journal. They change no result.
"""

from functools import cache

from dmlr.checkpoint import local
from dmlr.settings import Model
from dmlr.weights import count_numbers

UNSEEN = 8_000_000_000  # numbers of a model that is not here yet: as many as the catalog's largest
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
# Choice: what a process takes besides the weights, which pass through the host's memory even where they
# end on a GPU, and some room for reading them.
PROCESS_MB, WEIGHTS = 4000, 1.25
# Choice: no GPU has been measured yet; this is some ten times what decoding in batches should take.
START_MINUTES, SAMPLE_SECONDS, SECONDS_PER_BILLION = 15, 2, 4


def memory_mb(model: Model) -> int:
    """Megabytes of the host's memory for a process that loads the model."""
    weights = _numbers(model) * BYTES[model.dtype] / 1e6
    return int(PROCESS_MB + WEIGHTS * weights)


def minutes(model: Model, samples: int) -> int:
    """Minutes in which so many samples should be done, loading included."""
    seconds = samples * (SAMPLE_SECONDS + SECONDS_PER_BILLION * _numbers(model) / 1e9)
    return int(START_MINUTES + seconds / 60)


@cache
def _numbers(model: Model) -> int:
    folder = local(model)
    return UNSEEN if folder is None else count_numbers(folder)
