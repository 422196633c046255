"""The headline: what every run scored, profiles down and benchmarks across, beside the paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from dmlr.report.breakdowns import main
from dmlr.store.cells import Cell
from dmlr.store.labels import main_labels
from dmlr.store.paper_places import lies_inside

Published = Mapping[tuple[str, str, str], float]  # benchmark, model, profile -> percent


@dataclass(frozen=True)
class Score:
    """A run's main number; ``published`` is the paper's in percent, None where it has none."""

    cell: Cell
    published: float | None

    @property
    def inside(self) -> bool | None:
        """Whether the paper's number lies in the interval; None where either is not there."""
        return lies_inside(self.published, self.cell)


@dataclass(frozen=True)
class Line:
    """A profile's scores, one for each benchmark; None where it was not run."""

    profile: str
    scores: list[Score | None]


@dataclass(frozen=True)
class Block:
    """The profiles of one model and seed."""

    model: str
    seed: int
    lines: list[Line]


@dataclass(frozen=True)
class Grid:
    """All runs at a glance; ``labels`` are those that a benchmark's numbers are under."""

    benchmarks: list[str]
    labels: dict[str, str]
    blocks: list[Block]

    @property
    def scores(self) -> list[Score]:
        """All that were run."""
        found = (score for block in self.blocks for line in block.lines for score in line.scores)
        return [score for score in found if score]

    @property
    def beside(self) -> list[bool]:
        """Of each published number that stands beside a measured one, whether it lies inside."""
        return [score.inside for score in self.scores if score.inside is not None]


def main_cells(scored: Sequence[Cell]) -> list[Cell]:
    """The whole runs under the main protocol, each under its main labels."""
    whole = [cell for cell in main(list(scored)) if cell.category is None]
    labels: dict[str, set[str]] = {}
    for cell in whole:
        labels.setdefault(cell.run, set()).add(cell.labels)
    return [cell for cell in whole if cell.labels == main_labels(labels[cell.run])]


def headline(
    cells: Sequence[Cell], benchmarks: Sequence[str], published: Published, baseline: str
) -> Grid:
    """Arrange the main numbers.

    Args:
        cells: the main ones.
        benchmarks: in the experiment's order.
        published: the paper's Table 1.
        baseline: the profile that comes first.
    """

    def condition(cell: Cell) -> tuple[str, int]:
        return cell.model, cell.seed

    def profile(cell: Cell) -> tuple[bool, str]:
        return cell.profile != baseline, cell.profile

    ordered = sorted(cells, key=lambda cell: (condition(cell), profile(cell)))
    blocks = []
    for (model, seed), block in groupby(ordered, condition):
        lines = []
        for (_, name), line in groupby(block, profile):
            found = {cell.benchmark: cell for cell in line}
            lines.append(Line(name, [_score(found.get(one), published) for one in benchmarks]))
        blocks.append(Block(model, seed, lines))
    return Grid(list(benchmarks), {cell.benchmark: cell.labels for cell in cells}, blocks)


def _score(cell: Cell | None, published: Published) -> Score | None:
    if cell is None:
        return None
    return Score(cell, published.get((cell.benchmark, cell.model, cell.profile)))
