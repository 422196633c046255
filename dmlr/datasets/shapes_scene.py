"""Scenes of coloured shapes: what is drawn, and the drawing itself, byte for byte reproducible.

A scene's split is a function of its content (``Scene.split``), so train, validation and test scenes
are disjoint by construction and not by luck of the seeds.
"""

import hashlib
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw

COLOURS = {
    "red": (210, 40, 40),
    "green": (40, 160, 60),
    "blue": (45, 80, 210),
    "yellow": (230, 200, 40),
    "purple": (140, 60, 170),
    "orange": (240, 130, 30),
}
SHAPES = ("circle", "square", "triangle", "cross")
# Width and height in pixels with columns and rows of the placement grid. With 28 pixels an image
# token these are 16 and 24 image tokens.
SIZES = {(112, 112): (3, 3), (168, 112): (4, 3)}
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Item:
    """One coloured shape; ``cell`` counts the grid in reading order, the rest is in pixels."""

    colour: str
    shape: str
    cell: int
    x: int
    y: int
    radius: int
    rgb: tuple[int, int, int]

    @property
    def name(self) -> str:
        """The words for it: "red circle"."""
        return f"{self.colour} {self.shape}"


@dataclass(frozen=True)
class Scene:
    """One image: its items in reading order (row by row, left to right)."""

    width: int
    height: int
    background: int
    noise: int
    noise_seed: int
    items: tuple[Item, ...]

    @property
    def split(self) -> str:
        """Which split this scene belongs to: one in ten test, one in ten validation."""
        content = repr((self.width, [(item.cell, item.name) for item in self.items]))
        bucket = hashlib.sha256(content.encode()).digest()[0] % 10
        return {0: "test", 1: "validation"}.get(bucket, "train")

    def column(self, item: Item) -> int:
        """Column of the placement grid that an item stands in, from 1 at the left."""
        columns, _ = SIZES[self.width, self.height]
        return item.cell % columns + 1

    def draw(self) -> Image.Image:
        """Draw the scene as an RGB image, without anti-aliasing so that every build agrees."""
        grey = (self.background,) * 3
        image = Image.new("RGB", (self.width, self.height), grey)
        pen = ImageDraw.Draw(image)
        for item in self.items:
            _draw_item(pen, item)
        return self._with_noise(image)

    def _with_noise(self, image: Image.Image) -> Image.Image:
        raw = Random(self.noise_seed).randbytes(3 * self.width * self.height)
        noise = Image.frombytes("RGB", image.size, raw).point(lambda v: v * self.noise // 255)
        return ImageChops.add(image, noise, offset=-(self.noise // 2))


def _draw_item(pen: ImageDraw.ImageDraw, item: Item) -> None:
    x, y, r = item.x, item.y, item.radius
    if item.shape == "circle":
        pen.ellipse((x - r, y - r, x + r, y + r), fill=item.rgb)
    elif item.shape == "square":
        side = r - r // 8
        pen.rectangle((x - side, y - side, x + side, y + side), fill=item.rgb)
    elif item.shape == "triangle":
        pen.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=item.rgb)
    else:
        arm = max(2, r // 3)
        pen.rectangle((x - r, y - arm, x + r, y + arm), fill=item.rgb)
        pen.rectangle((x - arm, y - r, x + arm, y + r), fill=item.rgb)


def random_scene(random: Random, *, count: int, split: str) -> Scene:
    """Draw scenes of ``count`` items until one falls into ``split``."""
    while True:
        scene = _any_scene(random, count)
        if scene.split == split:
            return scene


def _any_scene(random: Random, count: int) -> Scene:
    (width, height), (columns, rows) = random.choice(list(SIZES.items()))
    cells = sorted(random.sample(range(columns * rows), count))
    cell_width, cell_height = width / columns, height / rows
    items = tuple(_random_item(random, cell, columns, cell_width, cell_height) for cell in cells)
    return Scene(
        width=width,
        height=height,
        background=random.randint(190, 250),
        noise=random.randint(0, 30),
        noise_seed=random.getrandbits(32),
        items=items,
    )


def _random_item(
    random: Random, cell: int, columns: int, cell_width: float, cell_height: float
) -> Item:
    row, column = divmod(cell, columns)
    colour = random.choice(list(COLOURS))
    return Item(
        colour=colour,
        shape=random.choice(SHAPES),
        cell=cell,
        x=int((column + 0.5) * cell_width) + random.randint(-4, 4),
        y=int((row + 0.5) * cell_height) + random.randint(-3, 3),
        radius=random.randint(11, 15),
        rgb=_shade(random, COLOURS[colour]),
    )


def _shade(random: Random, rgb: tuple[int, int, int]) -> tuple[int, int, int]:
    light = random.uniform(0.8, 1.1)
    red, green, blue = (min(255, max(0, round(light * v) + random.randint(-8, 8))) for v in rgb)
    return red, green, blue
