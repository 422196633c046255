"""The pictures of the samples beside the pages: as they are, shared by all, and small ones for lists."""

import os
import re
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
from PIL import Image

from dmlr.errors import RecordError
from dmlr.files import replacing
from dmlr.report.text import bare_name

SIDE = 96  # pixels of the longer side of a small picture, at most
QUALITY = 70  # of WebP
_OURS = re.compile(r"[0-9a-f]{64}\.[A-Za-z0-9]+")


@dataclass(frozen=True)
class Picture:
    """One picture: its file in the results, and its name beside the pages, its digest."""

    source: Path
    sha256: str

    @property
    def name(self) -> str:
        """Of the picture as it is."""
        return image_name(self.sha256, self.source.name)

    @property
    def small(self) -> str:
        """Of the small picture."""
        return f"{self.sha256}.webp"


def image_name(sha256: str, file: str) -> str:
    """Name of an image beside the pages: its digest with the ending of its file.

    Raises:
        RecordError: one of the two could lead out of a folder.
    """
    suffix = bare_name(file, "samples.image.file").rpartition(".")[2]
    return bare_name(f"{sha256}.{suffix}", "samples.image.sha256")


def pictures(database: duckdb.DuckDBPyConnection, results: Path) -> list[Picture]:
    """The pictures of all samples, each once.

    Raises:
        RecordError: an image is named as no file of a folder can be.
    """
    rows = database.execute(
        "SELECT any_value(benchmark), image.sha256, any_value(image.file) FROM samples "
        "GROUP BY image.sha256 ORDER BY image.sha256"
    ).fetchall()
    for _, sha256, file in rows:
        image_name(sha256, file)
    folder = results / "benchmarks"
    return [Picture(folder / name / "images" / file, sha256) for name, sha256, file in rows]


def add_pictures(found: list[Picture], out: Path) -> None:
    """Put every picture and its small one under ``out`` once, and remove those of no sample.

    A name is a digest, so what has it is the picture.

    Raises:
        RecordError: a picture is missing or cannot be read.
    """
    for one in found:
        _share(one.source, out / "images" / one.name)
    # Pillow lets other threads work while it decodes, shrinks and encodes.
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for _ in pool.map(lambda one: _shrink(one.source, out / "thumbs" / one.small), found):
            pass
    _remove_others(out / "images", {one.name for one in found})
    _remove_others(out / "thumbs", {one.small for one in found})


def _share(source: Path, copy: Path) -> None:
    """Link to the picture, or copy it where the file system has no such link."""
    if copy.exists():
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.resolve(), copy)
    except FileNotFoundError:
        raise RecordError(f"{source}: image is missing; run snakemake again") from None
    except OSError:
        with replacing(copy) as temporary:
            shutil.copyfile(source, temporary)


def _shrink(source: Path, small: Path) -> None:
    if small.exists():
        return
    try:
        with Image.open(source) as image:
            image.draft("RGB", (2 * SIDE, 2 * SIDE))  # JPEG: decode no more than it takes
            shrunk = image.convert("RGBA" if image.has_transparency_data else "RGB")
            shrunk.thumbnail((SIDE, SIDE))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RecordError(
            f"{source}: image cannot be read ({error}); run snakemake again"
        ) from None
    with replacing(small) as temporary:
        shrunk.save(temporary, "WEBP", quality=QUALITY)


def _remove_others(folder: Path, names: Iterable[str]) -> None:
    kept = set(names)
    for path in folder.glob("*"):
        if _OURS.fullmatch(path.name) and path.name not in kept:
            path.unlink()
