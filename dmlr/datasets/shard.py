"""Reading a shard file back into samples."""

from pathlib import Path

from pydantic import ValidationError

from dmlr.errors import RecordError
from dmlr.records import Sample


def read_shard(path: Path) -> list[Sample]:
    """Samples of one shard.

    Raises:
        RecordError: the file is missing or a line is not a sample.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror}); run dmlr prepare") from None
    samples = []
    for number, line in enumerate(filter(None, lines), start=1):
        try:
            samples.append(Sample.model_validate_json(line))
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(map(str, fault["loc"]))
            raise RecordError(
                f"{path}:{number}: {where or 'line'} {fault['msg']}; run dmlr prepare again"
            ) from None
    return samples
