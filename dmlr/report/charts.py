"""Geometry of the line and bar charts: numbers to places in a small SVG, without drawing it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 380.0, 220.0  # units of the drawing
LEFT, RIGHT, TOP, BOTTOM = 40.0, 10.0, 10.0, 36.0  # room for the axes
MOST_TICKS = 6
BAR = 0.7  # of the room of one step

Number = int | float
Point = tuple[int, float | None]  # step and value, None where there is none


@dataclass(frozen=True)
class Scale:
    """A linear map from values to places."""

    low: Number
    high: Number
    start: float
    end: float

    def __call__(self, value: Number) -> float:
        """Place of a value, to two decimals."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.end - self.start), 2)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    place: float
    text: str


@dataclass(frozen=True)
class Line:
    """A line by the name of its look and its words; ``points`` as SVG has them."""

    look: str
    words: str
    points: str


@dataclass(frozen=True)
class Bar:
    """A bar, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """A chart over the steps of the optimisation, with what it says in words."""

    name: str
    title: str
    says: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    lines: list[Line] = field(default_factory=list)
    band: str | None = None
    bars: list[Bar] = field(default_factory=list)


def nice_ticks(low: Number, high: Number) -> list[float]:
    """Round values, at most ``MOST_TICKS`` steps apart, that enclose the range."""
    rough = max(high - low, 1e-9) / MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def y_axis(low: Number, high: Number) -> tuple[Scale, list[Tick]]:
    """The upright axis that encloses the range."""
    values = nice_ticks(low, high)
    scale = Scale(values[0], values[-1], HEIGHT - BOTTOM, TOP)
    places = max(0, -math.floor(math.log10(values[1] - values[0]) + 1e-9))
    return scale, [Tick(scale(v), f"{v:.{places}f}".replace("-", "−")) for v in values]


def step_axis(steps: Sequence[int], *, room: float = 0.0) -> tuple[Scale, list[Tick]]:
    """The axis of steps; step -1 is the start. ``room`` is left at both ends, in steps."""
    start = [step for step in steps if step < 0]
    scale = Scale(min(steps) - room, max(steps) + room, LEFT, WIDTH - RIGHT)
    every = max(1, math.ceil(len(steps) / 8))
    # The first step stands so near the start that its label would run into the other.
    named = [step for step in steps if step >= len(start) and step % every == 0]
    return scale, [Tick(scale(s), "start") for s in start] + [Tick(scale(s), str(s)) for s in named]


def points(values: Sequence[Point], x: Scale, y: Scale) -> str:
    """A line through the values that are there."""
    return " ".join(f"{x(step)},{y(value)}" for step, value in values if value is not None)


def band(low: Sequence[Point], high: Sequence[Point], x: Scale, y: Scale) -> str:
    """The outline of the area between two lines."""
    return points(low, x, y) + " " + points(list(reversed(high)), x, y)


def bars(counts: Sequence[tuple[int, int]], x: Scale, y: Scale) -> list[Bar]:
    """A bar for each step that has a count."""
    wide = round(BAR * (x(1) - x(0)), 2)
    return [
        Bar(round(x(step) - wide / 2, 2), y(count), wide, round(y(0) - y(count), 2))
        for step, count in counts
        if count
    ]
