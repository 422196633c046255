"""Pictures of untrusted sources: found under a root, checked, and kept byte for byte by their hash."""

import codecs
import hashlib
import io
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from dmlr.errors import DataError
from dmlr.files import replacing
from dmlr.limits import SLIMMEST
from dmlr.records import ImageFile

MAX_PIXELS = 80_000_000  # beyond it a picture is taken for a decompression bomb
MAX_BYTES = 200_000_000
# What Pillow only warns of is refused here.
warnings.simplefilter("ignore", Image.DecompressionBombWarning)
# None that runs a program to decode; a JPEG of several pictures (MPO) is opened as JPEG.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


@dataclass(frozen=True)
class Picture:
    """A picture that has not been read yet: how its source calls it, and how to get its bytes.

    ``read`` raises ``DataError`` with one phrase where there are none.
    """

    name: str
    read: Callable[[], bytes] = field(compare=False)


def held(name: str, content: bytes | None) -> Picture:
    """A picture whose bytes are at hand; None: the source has none for the row."""

    def read() -> bytes:
        if not content:
            raise DataError(f"image must not be empty, the source has no bytes for {name!r}")
        return content

    return Picture(name, read)


def under(root: Path, name: str) -> Picture:
    """A picture file that a source names; the name must not leave the root, not even by a link."""

    def read() -> bytes:
        try:
            path = Path(os.path.realpath(root / name))
            inside = path.is_relative_to(os.path.realpath(root))
        except ValueError:  # a zero byte, or half a surrogate pair
            inside = False
        if not inside:
            raise DataError(f"image must be a path inside {root}, got {name!r}")
        return _content(path, root / name)

    return Picture(name, read)


def at(path: Path) -> Picture:
    """A picture file whose place we know ourselves; the hub's cache holds links out of its folder."""
    return Picture(path.name, lambda: _content(path, path))


def _content(path: Path, called: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"image must have at most {MAX_BYTES} bytes, {called} has more")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"image {called} is missing ({error.strerror})") from None


def keep(content: bytes, folder: Path) -> ImageFile:
    """Check a picture and store its bytes as they are, once per content.

    Raises:
        DataError: it is no picture, too large, or too slim for the models, in one phrase.
    """
    image = inspect(content)
    path = folder / image.file
    if not path.exists() or path.stat().st_size != len(content):
        # Not flushed to the disk one by one, which takes long: features knows a picture by its digest.
        with replacing(path, flush=False) as temporary:
            temporary.write_bytes(content)
    return image


def inspect(content: bytes) -> ImageFile:
    """A picture's hash, size, and name by what its bytes are, whatever they are called.

    Raises:
        DataError: as for ``keep``.
    """
    head = content[:512].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise DataError(
            "image must be a picture, got a web page: a download that failed; fetch it again"
        )
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            (width, height), suffix = image.size, (image.format or "img").lower()
            if width * height > MAX_PIXELS:
                raise DataError(
                    f"image must have at most {MAX_PIXELS} pixels, got {width} x {height}"
                )
            image.load()
    except DataError:
        raise
    except UnidentifiedImageError:  # its text holds an address of memory
        raise DataError(
            "image must be a picture that Pillow can read, got bytes of no format it knows"
        ) from None
    except Exception as error:  # noqa: BLE001  (Pillow's parsers raise whatever a damaged file provokes)
        raise DataError(
            f"image must be a picture that Pillow can read, got {_short(error)}"
        ) from None
    if max(width, height) >= SLIMMEST * min(width, height):
        raise DataError(
            f"image must be less than {SLIMMEST} times as long as wide, got {width} x {height}"
        )
    sha256 = hashlib.sha256(content).hexdigest()
    return ImageFile(
        sha256=sha256,
        file=f"{sha256}.{suffix}",
        width=width,
        height=height,
        bytes=len(content),
    )


def _short(error: Exception) -> str:
    return str(error).replace("\n", " ")[:200]
