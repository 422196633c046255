"""What a cache holds, in groups: everything of one kind that one thing determines."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from dmlr.cache.features import about_of
from dmlr.cache.finished import opened
from dmlr.errors import ConfigError

Kind = Literal["features", "answers", "chains", "attention", "ledger"]
LEDGER = "ledger.sqlite"
SAMPLES = ("answers", "chains", "attention")


@dataclass(frozen=True)
class Group:
    """A part of a cache that is kept or goes as a whole.

    ``path`` is a folder of features or a file, ``about`` everything that determines its entries and
    ``checkpoint`` the model's (both empty for the ledger), ``size`` bytes, ``used`` the time of the last
    use in seconds since 1970. ``entries`` is None where they cannot be counted.
    """

    kind: Kind
    path: Path
    about: Mapping[str, Any]
    checkpoint: str
    entries: int | None
    size: int
    used: float

    @property
    def method(self) -> str:
        """How the answers are made; empty for what no profile determines."""
        return str(self.about.get("profile", {}).get("method", ""))


def groups(cache: Path) -> list[Group]:
    """All groups of a cache, by kind and model.

    Raises:
        ConfigError: there is no such folder.
    """
    if not cache.is_dir():
        raise ConfigError(f"{cache}: must be the folder of a cache, found none; name another one")
    order = get_args(Kind)
    return sorted(_groups(cache), key=lambda one: (order.index(one.kind), one.checkpoint, one.path))


def _groups(cache: Path) -> Iterator[Group]:
    for folder in (cache / "features").glob("*/"):
        files = [*folder.glob("*.safetensors")]
        if files:
            yield _group("features", folder, *about_of(folder), len(files), files)
    for kind in SAMPLES:
        for path in (cache / kind).glob("*.sqlite"):
            yield _group(kind, path, *_content(path), [path])
    ledger = cache / LEDGER
    if ledger.is_file():
        yield _group("ledger", ledger, {}, "", None, [ledger])


def _group(
    kind: Any,
    path: Path,
    about: Mapping[str, Any],
    checkpoint: str,
    entries: int | None,
    files: list[Path],
) -> Group:
    found = [file.stat() for file in files]
    size, used = sum(one.st_size for one in found), max(one.st_mtime for one in found)
    return Group(kind, path, about, checkpoint, entries, size, used)


def _content(path: Path) -> tuple[dict[str, Any], str, int | None]:
    """What determines the entries of a file, the checkpoint, and how many there are."""
    try:
        with opened(path) as database:
            (count,) = database.execute("SELECT count(*) FROM entries").fetchone()
            row = database.execute("SELECT content, checkpoint FROM about").fetchone()
            about, checkpoint = row or ("{}", "")
            return json.loads(about), checkpoint, count
    except (sqlite3.Error, ValueError):
        return {}, "", None
