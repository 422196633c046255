"""What the planned jobs would write, by the sizes of what is there, and what is free."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dmlr.checkpoint import local
from dmlr.checkpoint_files import read_object
from dmlr.devices.needs import BYTES
from dmlr.experiment import Experiment
from dmlr.plan.answers import Answers
from dmlr.records import Prediction, read_records
from dmlr.settings import Model

SHARDS, LOOKED_AT = 5, 50  # shards, and files of features, whose sizes are taken for all


@dataclass(frozen=True)
class Disk:
    """Bytes; those of answers and features are None where nothing tells them.

    Features are counted once for every sample, so they are the most that there can be: a picture that
    several samples are about, or that is in the store already, takes nothing more.
    """

    answers: float | None
    features: float | None
    free: int


def disk(
    experiment: Experiment, results: Path, made: Iterable[str], answers: Sequence[Answers]
) -> Disk:
    """What the planned files would take.

    Args:
        experiment: the configuration.
        results: folder of all stages' results.
        made: all files that the planned jobs write.
        answers: what they would answer.
    """
    shards = Counter(_model_of(Path(path), results) for path in made)
    return Disk(
        _sum(_answers(results, one) for one in answers),
        _sum(_features(experiment, results, name, n) for name, n in shards.items() if name),
        shutil.disk_usage(existing(results)).free,
    )


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that there is."""
    return next(one for one in (folder.absolute(), *folder.absolute().parents) if one.is_dir())


def _sum(parts: Iterable[float | None]) -> float | None:
    found = list(parts)
    known = [part for part in found if part is not None]
    return sum(known, 0.0) if len(known) == len(found) else None


def _answers(results: Path, planned: Answers) -> float | None:
    """Records and journals of as many samples, by the finished shards of the same model and profile."""
    records, samples = 0, 0
    pattern = f"runs/*/{planned.model}/{planned.profile}/*/*.predictions.parquet"
    for path in islice(results.glob(pattern), SHARDS):
        shard = path.name.partition(".")[0]
        parts = [*path.parent.glob(f"{shard}.*"), *path.parent.glob(f"journal/{shard}.*.jsonl")]
        records += sum(part.stat().st_size for part in parts)
        samples += len(read_records(path, Prediction))
    return planned.missing * records / samples if samples else (None if planned.missing else 0.0)


def _features(experiment: Experiment, results: Path, name: str, shards: int) -> float | None:
    """Features of a model's shards, by those that are there, else the most that its settings allow."""
    sizes, samples = list(_stored(results, name)), shards * experiment.shard_size
    if sizes:
        return samples * sum(sizes) / len(sizes)
    largest = _largest(experiment.model_catalog[name].model)
    return None if largest is None else float(samples * largest)


def _stored(results: Path, model: str) -> Iterator[int]:
    for path in islice(results.glob(f"features/{model}/*/*.json"), 1):
        names = json.loads(path.read_text("utf-8"))["features"].values()
        for name in islice(names, LOOKED_AT):
            stored = results / "features/store" / name
            if stored.is_file():
                yield stored.stat().st_size


def _largest(model: Model) -> int | None:
    """Bytes of the largest picture's features; None for a model of the hub, whose width is not known."""
    folder = local(model)
    if folder is None:
        return None
    told = read_object(folder / "config.json")
    width = told.get("text_config", told).get("hidden_size")
    levels = len(told.get("vision_config", {}).get("deepstack_visual_indexes", ()))
    if not isinstance(width, int):
        return None
    return model.max_image_tokens * width * (1 + levels) * BYTES[model.dtype]


def _model_of(path: Path, results: Path) -> str | None:
    """The model of a manifest of features; None for any other file."""
    parts = path.parts[len(results.parts) :]
    manifest = path.suffix == ".json" and parts[:1] == ("features",)
    return parts[1] if manifest else None
