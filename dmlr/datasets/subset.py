"""Choosing rows of a benchmark: a range, the first n, by id, or a stratified draw."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random

from dmlr.datasets.entry import Subset
from dmlr.datasets.source import SourceRow
from dmlr.errors import DataError


def planned(subset: Subset, total: int) -> int:
    """How many of ``total`` rows a subset has; known before any row is read."""
    if subset.ids:
        return len(subset.ids)
    count = max(0, min(subset.end or total, total) - subset.start)
    return min(count, subset.max_samples or count, subset.stratified or count)


def choose(rows: Sequence[SourceRow], subset: Subset) -> list[SourceRow]:
    """The chosen rows, always in the order of the source.

    Raises:
        DataError: an id or a group is not there, or nothing is left.
    """
    if subset.ids:
        return _by_id(rows, subset.ids)
    chosen = list(rows[subset.start : subset.end])[: subset.max_samples]
    if subset.stratified:
        chosen = _stratified(chosen, subset)
    if not chosen:
        raise DataError(f"subset: must choose a row of {len(rows)}, start is {subset.start}")
    return chosen


def _by_id(rows: Sequence[SourceRow], ids: Sequence[str]) -> list[SourceRow]:
    known = {row.official_id for row in rows}
    missing = [name for name in ids if name not in known]
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if missing or twice:
        raise DataError(
            f"subset.ids: must be ids of the source, once each; unknown {missing}, repeated {twice}"
        )
    return [row for row in rows if row.official_id in set(ids)]


def _stratified(rows: Sequence[SourceRow], subset: Subset) -> list[SourceRow]:
    """Every stratum's share by largest remainders, its rows by a seeded draw of its own."""
    strata: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        strata[_value(row, subset.by)].append(place)
    wanted = min(subset.stratified or 0, len(rows))
    exact = {name: wanted * len(places) / len(rows) for name, places in strata.items()}
    counts = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (counts[name] - exact[name], name))
    for name in by_remainder[: wanted - sum(counts.values())]:
        counts[name] += 1
    drawn = [
        place
        for name, places in strata.items()
        for place in Random(f"{subset.seed}/{name}").sample(places, counts[name])
    ]
    return [rows[place] for place in sorted(drawn)]


def _value(row: SourceRow, by: str) -> str:
    if by == "category":
        return row.category
    if by not in row.groups:
        raise DataError(
            f"subset.by: must be category or one of {', '.join(row.groups)}, got {by!r}"
        )
    return row.groups[by]
