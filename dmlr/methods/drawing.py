"""The patches of a state, drawn on the picture."""

from pathlib import Path

from PIL import Image, ImageDraw

from dmlr.files import replacing
from dmlr.latent.injection import Patches
from dmlr.vlm.parts import ImageFeatures

SIDE = 640  # pixels of the longer side of the drawing
COLOURS = ("#d1495b", "#00798c", "#edae49", "#66429b", "#3a7d44", "#e36414", "#30638e", "#8d6a9f")


def draw_patches(picture: Path, image: ImageFeatures, patches: Patches, path: Path) -> None:
    """Write a PNG of the picture with an outline around every patch, in its think token's colour.

    Args:
        picture: the file that was asked about.
        image: its features, whose grid the patches are counted in.
        patches: per think token.
        path: of the PNG.
    """
    with Image.open(picture) as opened:
        shown = opened.convert("RGB")
    scale = SIDE / max(shown.size)
    width, height = (max(1, round(side * scale)) for side in shown.size)
    shown = shown.resize((width, height))
    draw = ImageDraw.Draw(shown)
    cell = width / image.columns, height / image.rows
    for token, chosen in enumerate(patches):
        for patch in chosen:
            _outline(draw, cell, divmod(patch, image.columns), token)
    with replacing(path) as temporary:
        shown.save(temporary, format="PNG")


def _outline(
    draw: ImageDraw.ImageDraw, cell: tuple[float, float], place: tuple[int, int], token: int
) -> None:
    """One outline; those of later think tokens lie inside, so that all of them can be seen."""
    (row, column), (wide, high) = place, cell
    inset = 3 * token + 1
    corners = (
        column * wide + inset,
        row * high + inset,
        (column + 1) * wide - inset,
        (row + 1) * high - inset,
    )
    if corners[2] - corners[0] > 2 and corners[3] - corners[1] > 2:
        colour = COLOURS[token % len(COLOURS)]
        draw.rectangle(corners, outline=colour, width=2)
        draw.text((corners[0] + 3, corners[1] + 1), str(token + 1), fill=colour)
