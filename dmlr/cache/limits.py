"""Limits of a cache from the command line."""

from collections.abc import Sequence
from typing import get_args

import humanfriendly

from dmlr.cache.groups import Kind
from dmlr.cache.prune import Limits
from dmlr.errors import ConfigError


def limits(max_size: str | None, older_than: str | None) -> Limits:
    """The limits of a cache.

    Args:
        max_size: as 50GB or 500MiB.
        older_than: as 30d or 12h.

    Raises:
        ConfigError: neither is given, or one is no size or no time.
    """
    if max_size is None and older_than is None:
        raise ConfigError("prune: needs a limit, --max-size 50GB or --older-than 30d")
    try:
        size = None if max_size is None else humanfriendly.parse_size(max_size)
    except humanfriendly.InvalidSize:
        raise ConfigError(f"--max-size: must be as 50GB or 500MiB, got {max_size!r}") from None
    try:
        age = None if older_than is None else humanfriendly.parse_timespan(older_than)
    except humanfriendly.InvalidTimespan:
        raise ConfigError(f"--older-than: must be as 30d or 12h, got {older_than!r}") from None
    return Limits(size, age)


def kinds(names: Sequence[str] | None) -> list[Kind]:
    """The kinds that are named; without a name all but the ledger, which was paid for.

    Raises:
        ConfigError: there is no such kind.
    """
    known: tuple[Kind, ...] = get_args(Kind)
    if not names:
        return [kind for kind in known if kind != "ledger"]
    for name in names:
        if name not in known:
            raise ConfigError(f"--kind: must be one of {', '.join(known)}, got {name!r}")
    return [kind for kind in known if kind in names]
