"""Names of points, in a column beside their panel, where none can cover another."""

from collections.abc import Sequence

from matplotlib.axes import Axes

LINE = 9.0  # points from one name to the next
SIZE = 6.5  # points


def names_beside(axes: Axes, points: Sequence[tuple[float, float, str]]) -> None:
    """Write each point's name right of the panel, as near its height as the others let it.

    Args:
        axes: the panel, whose limits and height are final.
        points: place on both axes, and name; a thin line leads from the point to its name.
    """
    low, high = axes.get_ylim()
    position, figure = axes.get_position(), axes.get_figure(root=True)
    assert figure is not None
    height = 72 * figure.get_figheight() * position.height
    ordered = sorted(points, key=lambda point: (point[1], point[2]))
    wanted = [(value - low) / (high - low) for _, value, _ in ordered]
    places = spread(wanted, apart=LINE / height)
    for (x, y, name), place in zip(ordered, places, strict=True):
        axes.annotate(
            name, xy=(x, y), xycoords="data", xytext=(1.03, place), textcoords="axes fraction",
            fontsize=SIZE, ha="left", va="center",
            arrowprops={"arrowstyle": "-", "lw": 0.4, "color": "0.6", "shrinkA": 1, "shrinkB": 3,
                        "relpos": (0, 0.5)},
        )  # fmt: skip


def spread(wanted: Sequence[float], *, apart: float) -> list[float]:
    """Places in the order of those wanted, at least so far ``apart``, and between 0 and 1 if they fit.

    Names that push each other end up around the middle of where they belong.
    """
    groups: list[list[float]] = []  # wanted places of names that touch
    for value in wanted:
        groups.append([value])
        while len(groups) > 1 and _first(groups[-1], apart) < _last(groups[-2], apart) + apart:
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_first(group, apart) + apart * place for group in groups for place in range(len(group))]


def _first(group: Sequence[float], apart: float) -> float:
    """Where the first name of a group stands, the group as near its names' places as it can."""
    height = apart * (len(group) - 1)
    middle = sum(group) / len(group)
    return min(max(middle - height / 2, 0.0), max(1.0 - height, 0.0))


def _last(group: Sequence[float], apart: float) -> float:
    return _first(group, apart) + apart * (len(group) - 1)
