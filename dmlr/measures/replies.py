"""The replies of one shard of a run."""

from collections.abc import Sequence
from pathlib import Path

from dmlr.errors import RecordError
from dmlr.records import Prediction, Sample, read_records


def read_replies(path: Path, samples: Sequence[Sample]) -> dict[str, Prediction]:
    """The prediction of each sample.

    Raises:
        RecordError: the file is missing or damaged, or lacks one.
    """
    found = {prediction.sample_id: prediction for prediction in read_records(path, Prediction)}
    missing = [sample.sample_id for sample in samples if sample.sample_id not in found]
    if missing:
        raise RecordError(
            f"{path}: must hold a prediction of every sample of the shard, lacks {missing[0]} "
            f"and {len(missing) - 1} more; run snakemake again"
        )
    return found
