"""A ladder of profiles: what differs from one to the next, which must be one thing."""

from collections.abc import Mapping
from typing import Any

M = frozenset({"patches_initial", "patches_added"})  # one number in the paper, so one change


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field -> its values in two profiles where they differ; None for a field that one does not have."""
    fields = [*after, *(name for name in before if name not in after)]
    pairs = {name: (before.get(name), after.get(name)) for name in fields}
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def is_rung(changed: Mapping[str, tuple[Any, Any]]) -> bool:
    """Whether two profiles may stand beside each other: one field differs, or the two of m."""
    return len(changed) == 1 or changed.keys() == M
