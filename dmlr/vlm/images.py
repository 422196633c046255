"""From a picture's file to what the image processor takes, the way Qwen's own tools do it."""

from pathlib import Path

from PIL import Image
from qwen_vl_utils import fetch_image

from dmlr.records import ImageFile


def image_fault(folder: Path, image: ImageFile) -> str | None:
    """Why a prepared image cannot be used: it is missing, or not a readable picture any more."""
    path, remedy = folder / image.file, "remove its benchmark's folder to prepare it again"
    try:
        with Image.open(path) as opened:
            opened.load()
    except FileNotFoundError:
        return f"{path}: image is missing; {remedy}"
    except (OSError, SyntaxError) as error:
        return f"{path}: image is not a readable picture ({error}); {remedy}"
    return None


def open_image(
    folder: Path, image: ImageFile, *, pixels_per_token: int, min_tokens: int, max_tokens: int
) -> Image.Image:
    """Open a prepared image as RGB (transparency on white), resized to the model's token limits.

    Args:
        folder: the benchmark's ``images/`` folder.
        image: the record of the image.
        pixels_per_token: side of the square that one image token covers, in pixels.
        min_tokens: smaller images are enlarged to this many image tokens.
        max_tokens: larger images are reduced to this many image tokens.
    """
    with Image.open(folder / image.file) as opened:
        resized: Image.Image = fetch_image(
            {
                "image": opened,
                "min_pixels": min_tokens * pixels_per_token**2,
                "max_pixels": max_tokens * pixels_per_token**2,
            },
            image_patch_size=pixels_per_token // 2,
        )
    return resized
