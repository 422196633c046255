"""Reading a shard file back into samples, and what it was cut from."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dmlr.errors import RecordError
from dmlr.files import file_digest
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


def origin(path: Path) -> dict[str, Any]:
    """What a shard's samples are: its SHA-256, and the ``source`` that its benchmark's audit names.

    That is the loader, the pinned revision and the digests of the files that were read. None where the
    audit does not lie beside the shards or cannot be read: it is told, and no answer depends on it.
    """
    try:
        audit = json.loads((path.parent.parent / "audit.json").read_text(encoding="utf-8"))
        source = audit["source"]
    except (OSError, ValueError, KeyError, TypeError):
        source = None
    return {"shard": file_digest(path), "source": source}
