"""Stage prepare: a benchmark's rows, checked, with their images, cut into shards."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from dmlr.datasets import hub
from dmlr.datasets.audit import Audited, audit
from dmlr.datasets.collect import collect, repository
from dmlr.datasets.entry import Benchmark, Shapes
from dmlr.datasets.pictures import keep
from dmlr.datasets.registry import LOADERS
from dmlr.datasets.shard import write_shard
from dmlr.datasets.source import SourceRow, row_faults
from dmlr.datasets.told import PrepareSettings
from dmlr.errors import DataError
from dmlr.files import write_json
from dmlr.progress import progress, say
from dmlr.provenance import machine
from dmlr.records import ImageFile, PromptSource, Sample, write_records

COMPARED = 1_000_000  # bytes; Snakemake compares no larger input by content


@dataclass(frozen=True)
class Prepared:
    """Samples in the order of their rows, and why rows were left out, by id."""

    samples: list[Sample]
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def images(self) -> dict[str, ImageFile]:
        """Every sample's stored picture by its official id."""
        return {s.sample_id.partition("/")[2]: s.image for s in self.samples}


def prepare(settings: PrepareSettings, folder: Path) -> None:
    """Write ``samples.parquet``, ``shards/``, ``images/`` and ``audit.json`` under ``folder``.

    Raises:
        DataError: with one line for every bad row, before anything is written for the stages after.
    """
    name, entry = settings.name, settings.benchmark
    collected = collect(name, entry)
    prepared = prepare_rows(
        name,
        collected.rows,
        folder / "images",
        prompt_source="unified" if isinstance(entry, Shapes) else entry.prompt_source,
        skip=not isinstance(entry, Shapes) and entry.on_missing_image == "skip",
        remedy=picture_remedy(name, entry),
    )
    found = audit(Audited(name, entry, collected, prepared.images, prepared.skipped))
    told = {**settings.model_dump(), **machine()}
    write_records(folder / "samples.parquet", Sample, prepared.samples, told)
    write_json(folder / "audit.json", found)
    _write_shards(settings, [row.official_id for row in collected.rows], prepared, folder)
    left_out = f", {len(prepared.skipped)} left out without a picture" if prepared.skipped else ""
    shards = len(settings.shards)
    say(f"prepare {name}: {len(prepared.samples)} samples in {shards} shards{left_out}")


def prepare_rows(
    benchmark: str,
    rows: Iterable[SourceRow],
    images: Path,
    *,
    prompt_source: PromptSource = "unified",
    skip: bool = False,
    remedy: str = "",
) -> Prepared:
    """Check rows and store their images by content.

    Args:
        benchmark: the name that the samples' ids begin with.
        rows: of the benchmark.
        images: folder to store the pictures in.
        prompt_source: whose wording the samples ask in.
        skip: leave out rows without a usable picture.
        remedy: what to do about pictures that are missing or broken.

    Raises:
        DataError: with one line for every fault of every row.
    """
    rows = list(rows)
    pictures = _store(benchmark, rows, images)
    samples, faults, skipped = [], [], {}
    for row, picture in zip(rows, pictures, strict=True):
        found = row_faults(row)
        if prompt_source == "released" and "released" not in row.wordings:
            found.append("prompt_source must be one that the row has, it has no released prompt")
        if isinstance(picture, ImageFile):
            samples.append(_sample(benchmark, row, picture, prompt_source))
        elif skip:
            skipped[row.official_id] = picture
        else:
            found.append(picture)
        faults += [f"{benchmark}/{row.official_id}: {fault}" for fault in found]
    if skip and not samples:
        faults = [f"{benchmark}: must have a usable picture, none of {len(rows)} rows has one"]
    if faults and remedy and any(isinstance(picture, str) for picture in pictures):
        faults.append(f"{benchmark}: {remedy}")
    if faults:
        raise DataError("\n".join(faults))
    return Prepared(samples, skipped)


def picture_remedy(name: str, entry: Benchmark) -> str:
    """What to do about pictures of an entry that are missing or broken."""
    if isinstance(entry, Shapes):
        return ""
    skip = f"or set benchmark_catalog.{name}.on_missing_image: skip"
    if entry.joined and (loader := LOADERS.get(entry.loader)):
        return f"fetch pictures again with {hub.fetch_command(repository(entry, loader))}; {skip}"
    root = entry.image_root or Path(entry.released or "").parent
    return f"put the pictures under {root} (benchmark_catalog.{name}.image_root), {skip}"


def _store(benchmark: str, rows: Sequence[SourceRow], images: Path) -> list[ImageFile | str]:
    """Every row's stored picture, or why there is none."""

    def store(row: SourceRow) -> ImageFile | str:
        try:
            return keep(row.picture.read(), images)
        except DataError as error:
            return str(error)

    # Reading, decoding and hashing let go of the interpreter, so threads are enough.
    with (
        ThreadPoolExecutor(os.cpu_count()) as pool,
        progress(f"prepare {benchmark}", len(rows), unit="rows") as advance,
    ):
        stored = []
        for one in pool.map(store, rows):
            stored.append(one)
            advance()
        return stored


def _sample(
    benchmark: str, row: SourceRow, image: ImageFile, prompt_source: PromptSource
) -> Sample:
    return Sample(
        sample_id=f"{benchmark}/{row.official_id}",
        question=row.question,
        options=row.options,
        gold=row.gold,
        image=image,
        category=row.category,
        groups=row.groups,
        hint=row.hint,
        prompt_source=prompt_source,
        style=row.style,
        wordings=row.wordings,
        errata=row.errata,
    )


def _write_shards(
    settings: PrepareSettings, ids: Sequence[str], prepared: Prepared, folder: Path
) -> None:
    """Cut by the rows' places, so that a row that is left out moves no other to another shard."""
    samples = {sample.sample_id: sample for sample in prepared.samples}
    names = [f"{settings.name}/{one}" for one in ids]
    for i, shard in enumerate(settings.shards):
        part = names[i * settings.shard_size : (i + 1) * settings.shard_size]
        path = folder / "shards" / f"{shard}.jsonl"
        write_shard(path, [samples[name] for name in part if name in samples])
        if path.stat().st_size > COMPARED:
            say(
                f"{path}: has more than {COMPARED} bytes; Snakemake tells such a file by its time "
                "and not by its content; a smaller shard_size re-runs less"
            )
