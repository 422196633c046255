"""Making a cache smaller: what was not used for the longest time goes first."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dmlr.cache.finished import locked
from dmlr.cache.groups import Group, Kind
from dmlr.cache.needed import Needed


@dataclass(frozen=True)
class Limits:
    """What a cache may hold: bytes, and seconds since the last use; None: any."""

    size: int | None
    age: float | None


def chosen(
    found: Sequence[Group],
    kinds: Collection[Kind],
    limits: Limits,
    needed: Needed,
    *,
    now: float,
) -> list[Group]:
    """The groups that must go, the longest unused first.

    Args:
        found: all groups of the cache.
        kinds: of which some may go; only these count for the size.
        limits: what the cache may hold.
        needed: what experiments need, which stays whatever the limits.
        now: seconds since 1970.
    """
    counted = [one for one in found if one.kind in kinds]
    free = sorted((one for one in counted if not needed(one)), key=lambda one: one.used)
    return list(_going(free, limits, sum(one.size for one in counted), now))


def _going(free: Sequence[Group], limits: Limits, size: int, now: float) -> Iterator[Group]:
    for one in free:
        old = limits.age is not None and now - one.used > limits.age
        large = limits.size is not None and size > limits.size
        if old or large:
            size -= one.size
            yield one


def remove(group: Group) -> None:
    """Remove a group; a job that uses it meanwhile makes anew what it does not find any more."""
    if group.path.is_dir():
        shutil.rmtree(group.path)
    else:
        with locked(group.path):
            group.path.unlink(missing_ok=True)
