"""Where the chosen patches lie on the image, as outlines in the units of the image as shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from dmlr.errors import RecordError

SIDE = 320  # CSS pixels of the longer side of an image as shown
COLOURS = 8  # outlines' colours before they repeat; the numbers tell them apart anyway
WIDEST = 4.0  # CSS pixels from one token's outline to the next inside a patch
SHARE = 0.42  # of half a patch that all outlines may take up
CHARACTER = 0.62  # width of a digit, in font sizes


@dataclass(frozen=True)
class Outline:
    """One patch of one think token; ``token`` counts from 1, ``patch``, row by row, from 0."""

    token: int
    patch: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Label:
    """The think tokens that hold one patch, written in its middle."""

    x: float
    y: float
    size: float
    text: str


@dataclass(frozen=True)
class Chosen:
    """The patches of one think token, as places (patch, row, column); rows and columns from 1."""

    token: int
    colour: int
    places: list[tuple[int, int, int]]


@dataclass(frozen=True)
class Overlay:
    """All outlines over one image of ``width`` x ``height`` CSS pixels."""

    width: float
    height: float
    stroke: float
    outlines: list[Outline]
    labels: list[Label]
    chosen: list[Chosen]


def displayed(width: int, height: int) -> tuple[float, float]:
    """Size in CSS pixels at which an image of so many pixels is shown."""
    scale = SIDE / max(width, height, 1)
    return round(width * scale, 2), round(height * scale, 2)


def overlay(
    patches: Sequence[Sequence[int]],
    rows: int,
    columns: int,
    *,
    size: tuple[float, float],
    where: str,
) -> Overlay | None:
    """Lay a grid over the image and outline each think token's patches; None where none has any.

    ``size`` is the image's in CSS pixels, ``where`` the sample that an error names.

    Every token's outline is inset by another amount, so that a patch of several shows them all.

    Raises:
        RecordError: a patch lies outside of the grid.
    """
    if not any(patches):
        return None
    for patch in (patch for chosen in patches for patch in chosen):
        if not 0 <= patch < rows * columns:
            raise RecordError(
                f"{where}: best_patches must lie in the {rows} x {columns} grid, got {patch}"
            )
    cell = size[0] / columns, size[1] / rows
    apart = min(WIDEST, SHARE * min(cell) / len(patches))
    outlines = [
        _outline(token, patch, columns, cell, inset=apart * (token - 0.5))
        for token, chosen in enumerate(patches, start=1)
        for patch in chosen
    ]
    listing = [
        Chosen(token, _colour(token), [(p, p // columns + 1, p % columns + 1) for p in chosen])
        for token, chosen in enumerate(patches, start=1)
    ]
    labels = _labels(patches, columns, cell)
    return Overlay(*size, round(0.6 * apart, 2), outlines, labels, listing)


def _colour(token: int) -> int:
    return (token - 1) % COLOURS + 1


def _outline(
    token: int, patch: int, columns: int, cell: tuple[float, float], *, inset: float
) -> Outline:
    row, column = divmod(patch, columns)
    x, y = column * cell[0] + inset, row * cell[1] + inset
    sides = cell[0] - 2 * inset, cell[1] - 2 * inset
    return Outline(token, patch, *(round(value, 2) for value in (x, y, *sides)))


def _labels(
    patches: Sequence[Sequence[int]], columns: int, cell: tuple[float, float]
) -> list[Label]:
    labels = []
    for patch in sorted({patch for chosen in patches for patch in chosen}):
        holders = [str(t) for t, chosen in enumerate(patches, start=1) if patch in chosen]
        text = " ".join(holders)
        size = min(15.0, 0.5 * cell[1], 0.9 * cell[0] / (CHARACTER * len(text)))
        row, column = divmod(patch, columns)
        middle = (column + 0.5) * cell[0], (row + 0.5) * cell[1]
        labels.append(Label(round(middle[0], 2), round(middle[1], 2), round(size, 2), text))
    return labels
