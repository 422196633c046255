"""From a picture's file to what the image processor takes, the way Qwen's own tools do it."""

import random
from pathlib import Path

from PIL import Image
from qwen_vl_utils import fetch_image

from dmlr.limits import SLIMMEST


def image_fault(path: Path) -> str | None:
    """Why a picture cannot be used: it is missing, or not a readable picture."""
    try:
        with Image.open(path) as opened:
            opened.load()
            long, short = max(opened.size), min(opened.size)
    except FileNotFoundError:
        return f"{path}: image is missing"
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        return f"{path}: image is not a readable picture ({error})"
    if long >= SLIMMEST * short:
        return f"{path}: image must be less than {SLIMMEST} times as long as wide, got {long} x {short}"
    return None


def open_image(
    path: Path, *, pixels_per_token: int, min_tokens: int, max_tokens: int
) -> Image.Image:
    """Open a picture as RGB (transparency on white), resized to the model's token limits.

    Args:
        path: the picture's file.
        pixels_per_token: side of the square that one image token covers, in pixels.
        min_tokens: smaller images are enlarged to this many image tokens.
        max_tokens: larger images are reduced to this many image tokens.
    """
    with Image.open(path) as opened:
        resized: Image.Image = fetch_image(
            {
                "image": opened,
                "min_pixels": min_tokens * pixels_per_token**2,
                "max_pixels": max_tokens * pixels_per_token**2,
            },
            image_patch_size=pixels_per_token // 2,
        )
    return resized


def blank_image(rows: int, columns: int, *, pixels_per_token: int) -> Image.Image:
    """A grey picture of a grid of image tokens, ``pixels_per_token`` pixels wide and high each."""
    return Image.new("RGB", (columns * pixels_per_token, rows * pixels_per_token), (128, 128, 128))


def foreign_image(rows: int, columns: int, *, pixels_per_token: int) -> Image.Image:
    """A picture that has nothing to do with any question: coloured squares, the same every time.

    Args:
        rows: of the grid of image tokens; a square fills one.
        columns: of the grid.
        pixels_per_token: side of the square that one image token covers, in pixels.
    """
    drawn = random.Random(f"{rows} x {columns}")
    colours = bytes(drawn.randrange(256) for _ in range(3 * rows * columns))
    squares = Image.frombytes("RGB", (columns, rows), colours)
    size = (columns * pixels_per_token, rows * pixels_per_token)
    return squares.resize(size, Image.Resampling.NEAREST)
