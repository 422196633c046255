"""What an answer depends on, as digests: by these a journal knows what is finished."""

from collections.abc import Mapping
from typing import Any

from dmlr.files import digest
from dmlr.records import Sample
from dmlr.settings import ReasonSettings
from dmlr.wording import asked


def determinants(settings: ReasonSettings, model: Mapping[str, str], device: str) -> dict[str, Any]:
    """Everything besides the samples that determines a run's answers; its digest names the journal.

    Args:
        settings: what the stage is told.
        model: digests of the checkpoint.
        device: as torch names it.
    """
    return {**settings.model_dump(exclude={"files"}), **model, "device": device}


def sample_key(sample: Sample, features: str) -> str:
    """Digest of everything of a sample that a prediction depends on; its gold is not.

    ``features`` is the file of the store that holds its picture's.
    """
    content: Any = [sample.sample_id, *asked(sample), features]
    return digest(content)
