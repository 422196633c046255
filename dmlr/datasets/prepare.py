"""Stage prepare: a benchmark's rows, checked, with their images, cut into shards."""

import hashlib
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from dmlr.datasets import shapes
from dmlr.datasets.source import SourceRow, row_faults
from dmlr.errors import DataError
from dmlr.files import replacing, write_json, write_text
from dmlr.progress import progress, say
from dmlr.provenance import machine
from dmlr.records import ImageFile, Sample, write_records
from dmlr.settings import PrepareSettings

LOADERS = {"shapes": shapes.load}
MAX_PIXELS = 100_000_000  # pixels per image; beyond it a picture is taken for a decompression bomb


def prepare(settings: PrepareSettings, folder: Path) -> None:
    """Write ``samples.parquet``, ``shards/``, ``images/`` and ``audit.json`` under ``folder``.

    Raises:
        DataError: with one line for every bad row, before anything is written for the stages after.
    """
    rows = list(LOADERS[settings.benchmark.loader](settings.benchmark))
    samples = prepare_rows(settings.name, rows, folder / "images")
    if len(samples) != settings.benchmark.samples:
        raise DataError(
            f"{settings.name}: must have {settings.benchmark.samples} samples "
            f"(benchmark_catalog.{settings.name}.samples), found {len(samples)}"
        )
    write_records(folder / "samples.parquet", Sample, samples, machine())
    write_json(folder / "audit.json", audit(samples))
    for i, shard in enumerate(settings.shards):
        part = samples[i * settings.shard_size : (i + 1) * settings.shard_size]
        lines = "".join(sample.model_dump_json() + "\n" for sample in part)
        write_text(folder / "shards" / f"{shard}.jsonl", lines)
    say(f"prepare {settings.name}: {len(samples)} samples in {len(settings.shards)} shards")


def prepare_rows(benchmark: str, rows: Iterable[SourceRow], images: Path) -> list[Sample]:
    """Check rows and store their images by content.

    Raises:
        DataError: with one line for every fault of every row.
    """
    rows = list(rows)
    faults, samples, seen = [], [], Counter(row.official_id for row in rows)
    with progress(f"prepare {benchmark}", len(rows), unit="rows") as advance:
        for row in rows:
            found = row_faults(row)
            if seen[row.official_id] > 1:
                found.append(f"id must be unique, found {seen[row.official_id]} times")
            try:
                image = _store_image(row.image, images)
            except DataError as error:
                found.append(str(error))
            else:
                samples.append(_sample(benchmark, row, image))
            faults += [f"{benchmark}/{row.official_id}: {fault}" for fault in found]
            advance()
    if faults:
        raise DataError("\n".join(faults))
    return samples


def audit(samples: list[Sample]) -> dict[str, object]:
    """Counts that let a reader judge the benchmark; the most frequent answer is a floor."""
    golds = [gold for sample in samples if (gold := sample.gold.get("official"))]
    answers = Counter(gold.letter or gold.text for gold in golds)
    answer, count = answers.most_common(1)[0] if answers else ("", 0)
    return {
        "samples": len(samples),
        "images": len({sample.image.sha256 for sample in samples}),
        "categories": dict(sorted(Counter(sample.category for sample in samples).items())),
        "kinds": dict(sorted(Counter(gold.kind for gold in golds).items())),
        "empty_golds": len(samples) - len(golds),
        "constant_answer": {"answer": answer, "correct": count},
    }


def _store_image(content: bytes, images: Path) -> ImageFile:
    try:
        with Image.open(io.BytesIO(content)) as image:
            (width, height), suffix = image.size, (image.format or "img").lower()
            if width * height > MAX_PIXELS:
                raise DataError(
                    f"image must have at most {MAX_PIXELS} pixels, got {width}x{height}"
                )
            image.load()
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"image must be a picture that Pillow can read, got {error}") from None
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"{sha256}.{suffix}"
    if not (images / name).exists():
        with replacing(images / name) as temporary:
            temporary.write_bytes(content)
    return ImageFile(sha256=sha256, file=name, width=width, height=height, bytes=len(content))


def _sample(benchmark: str, row: SourceRow, image: ImageFile) -> Sample:
    return Sample(
        sample_id=f"{benchmark}/{row.official_id}",
        question=row.question,
        options=row.options,
        gold=row.gold,
        image=image,
        category=row.category,
        groups=row.groups,
    )
