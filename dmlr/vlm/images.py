"""From a picture's file to what the image processor takes, the way Qwen's own tools do it."""

from pathlib import Path

from PIL import Image
from qwen_vl_utils import fetch_image

from dmlr.errors import DataError
from dmlr.records import ImageFile


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

    Raises:
        DataError: the file is missing, or is not a picture any more.
    """
    path = folder / image.file
    try:
        with Image.open(path) as opened:
            opened.load()
            resized: Image.Image = fetch_image(
                {
                    "image": opened,
                    "min_pixels": min_tokens * pixels_per_token**2,
                    "max_pixels": max_tokens * pixels_per_token**2,
                },
                image_patch_size=pixels_per_token // 2,
            )
            return resized
    except FileNotFoundError:
        raise DataError(
            f"{path}: image is missing; remove its benchmark's folder to prepare it again"
        ) from None
    except (OSError, SyntaxError) as error:
        raise DataError(
            f"{path}: image is not a readable picture ({error}); remove its benchmark's folder to "
            "prepare it again"
        ) from None
