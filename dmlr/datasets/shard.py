"""A shard file: samples, a line each, which carries its own SHA-256; and what they were cut from."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dmlr.errors import RecordError
from dmlr.files import file_digest, replacing
from dmlr.records import Sample
from dmlr.sealed import sealed_line, unsealed


def write_shard(path: Path, samples: Iterable[Sample]) -> None:
    """Write a shard, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(b"".join(sealed_line(one.model_dump_json()) for one in samples))


def read_shard(path: Path) -> list[Sample]:
    """Samples of one shard.

    Raises:
        RecordError: the file is missing, or a line is not a sample or not as it was written.
    """
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror}); run dmlr prepare") from None
    samples = []
    for number, line in enumerate(lines, start=1):
        if (said := unsealed(line)) is None:
            raise RecordError(
                f"{path}:{number}: must have the SHA-256 that it carries, has another: a part of it "
                "changed on the disk; remove the file and run again"
            )
        try:
            samples.append(Sample.model_validate_json(said))
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
