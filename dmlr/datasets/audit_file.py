"""``dmlr audit``: the audit of any file in the released format, or of a prepared benchmark.

Besides what the stage finds it says what the rules of each protocol can reach.
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmlr.datasets import released_json
from dmlr.datasets.audit import Audited, audit
from dmlr.datasets.collect import collect
from dmlr.datasets.entry import Source, Subset
from dmlr.datasets.options import offered
from dmlr.datasets.pictures import inspect
from dmlr.datasets.registry import LOADERS
from dmlr.errors import ConfigError, DataError
from dmlr.records import AUDIT_FORMAT, ImageFile, Sample, read_records
from dmlr.verify.ceilings import ceilings


@dataclass(frozen=True)
class Request:
    """What is audited.

    ``path`` is a JSON file in the released format, or the folder of a prepared benchmark. ``loader``
    None is found out by the file's picture paths. ``official`` is a local folder with the official
    files, ``image_root`` one with the pictures; pictures are read where one of the two is given.
    """

    path: Path
    loader: str | None = None
    official: Path | None = None
    image_root: Path | None = None
    max_samples: int | None = None


def audit_of(request: Request) -> dict[str, Any]:
    """The audit as JSON.

    Raises:
        ConfigError: the folder holds no prepared benchmark.
        DataError: the file or its official counterpart cannot be read.
    """
    if request.path.is_dir():
        return _prepared(request.path)
    entry = _entry(request)
    collected = collect(request.path.stem, entry)
    of = Audited(request.path.stem, entry, collected)
    if request.image_root or request.official:
        of = _with_pictures(of)
    rows = of.samples(collected.rows)
    if not rows:
        first, why = next(iter(of.skipped.items()))
        raise DataError(f"{request.path}: no row has a usable picture; {first}: {why}")
    judged = [(row.gold, offered(row.options, row.wordings, entry.prompt_source)) for row in rows]
    return {**audit(of), "ceilings": ceilings(judged)}


def _with_pictures(of: Audited) -> Audited:
    images: dict[str, ImageFile] = {}
    faults: dict[str, str] = {}
    for row in of.collected.rows:
        try:
            images[row.official_id] = inspect(row.picture.read())
        except DataError as error:
            faults[row.official_id] = str(error)
    return dataclasses.replace(of, images=images, skipped=faults)


def _prepared(folder: Path) -> dict[str, Any]:
    path = folder / "audit.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or found.get("format") != AUDIT_FORMAT:
            raise ValueError(
                f"it must be an audit of format {AUDIT_FORMAT}; prepare the benchmark again"
            )
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{folder}: must be a JSON file or the folder of a prepared benchmark, {path.name} cannot "
            f"be read ({error})"
        ) from None
    samples = read_records(folder / "samples.parquet", Sample)
    judged = [(one.gold, offered(one.options, one.wordings, one.prompt_source)) for one in samples]
    return {**found, "ceilings": ceilings(judged)}


def _entry(request: Request) -> Source:
    entries = released_json.read(request.path)
    loader = request.loader or released_json.dialect(entries)
    known = (*LOADERS, "json")
    if loader not in known:
        raise ConfigError(f"--loader: must be one of {', '.join(known)}, got {loader!r}")
    if loader == "json" and request.official:
        raise ConfigError(
            "--official: goes with a benchmark's file; this one is not recognised, name its --loader"
        )
    fields = {
        "loader": loader,
        "source": "released-json",
        "prompt_source": "released",
        "released": str(request.path),
        "image_root": str(request.image_root) if request.image_root else None,
        "folder": str(request.official) if request.official and loader != "json" else None,
        "split": SPLITS.get(loader, "test"),
        "samples": len(entries) if loader != "json" else None,
        "subset": Subset(max_samples=request.max_samples),
    }
    return Source.model_validate(fields)


# The split that the authors' file of a benchmark is about.
SPLITS = {"mathvista": "testmini", "hallusionbench": "image"}
