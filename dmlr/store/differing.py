"""In what two runs' provenance differs, and what of it to look at first."""

from collections.abc import Iterator
from typing import Any

# What was asked, and of which weights; then how, by which code, and on what.
FIRST = (
    "model", "weights", "processing", "card", "profile.method", "profile", "seed", "code", "packages",
    "device",
)  # fmt: skip


def differing(first: dict[str, Any], second: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field, with dots -> both values, where they differ; None for what one side does not have."""
    one, other = dict(_leaves(first)), dict(_leaves(second))
    names = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    return {name: (one.get(name), other.get(name)) for name in sorted(names, key=_rank)}


def _rank(name: str) -> tuple[int, str]:
    places = (i for i, head in enumerate(FIRST) if f"{name}.".startswith(f"{head}."))
    return next(places, len(FIRST)), name


def _leaves(value: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, one in value.items():
        if isinstance(one, dict):
            yield from _leaves(one, f"{above}{name}.")
        else:
            yield above + name, one
