"""Groups of a cache as a table for people."""

from collections.abc import Sequence
from itertools import groupby

from rich.markup import escape
from rich.table import Table

from dmlr.cache.groups import Group
from dmlr.units import amount

DAY = 86400.0  # seconds


def table(found: Sequence[Group], *, now: float) -> Table:
    """A row for each kind, model and method, and the sum.

    Args:
        found: the groups.
        now: seconds since 1970, from which the age is counted.
    """
    made = Table("kind", "model", "method")
    for head in ("settings", "entries", "size", "last used"):
        made.add_column(head, justify="right")
    for name, of in groupby(sorted(found, key=_name), key=_name):
        made.add_row(*map(escape, name), *_counts([*of], now))
    made.add_section()
    made.add_row("all", "", "", *_counts(found, now))
    return made


def _name(group: Group) -> tuple[str, str, str]:
    return group.kind, group.checkpoint, group.method


def _counts(found: Sequence[Group], now: float) -> tuple[str, str, str, str]:
    entries = sum(one.entries or 0 for one in found)
    size = amount(sum(one.size for one in found))
    used = max((one.used for one in found), default=now)
    return str(len(found)), str(entries), size, _age(now - used)


def _age(seconds: float) -> str:
    days = int(seconds / DAY)
    return f"{days} days ago" if days else "today"
