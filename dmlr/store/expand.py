"""What stands behind a short id of provenance, for a reader."""

import json
import re
from dataclasses import dataclass
from typing import Any

import duckdb
from rich.markup import escape
from rich.tree import Tree

from dmlr.errors import ConfigError, RecordError
from dmlr.store.provenance import ID

SHORTEST = 4  # characters of an id that may stand for it
LIST = 'dmlr sql "SELECT id, kind FROM provenance" lists all'


@dataclass(frozen=True)
class Origin:
    """A row of the table provenance."""

    id: str
    kind: str
    content: dict[str, Any]


def origin(database: duckdb.DuckDBPyConnection, name: str) -> Origin:
    """The origin of an id, of an id's first characters, or of a run's name.

    Raises:
        ConfigError: nothing or more than one thing has that name.
        RecordError: the database is of an older version, without origins.
    """
    try:
        found = database.execute(
            "SELECT id, kind, content FROM provenance WHERE starts_with(id, ?) "
            "OR id IN (SELECT provenance_id FROM runs WHERE run = ?) ORDER BY id",
            [name, name],
        ).fetchall()
    except duckdb.CatalogException:
        raise RecordError("show: the database is of an older version; run snakemake") from None
    if re.fullmatch(f"[0-9a-f]{{0,{SHORTEST - 1}}}", name):
        raise ConfigError(f"show: must be {SHORTEST} to {ID} characters of an id, got {name!r}")
    if not found:
        raise ConfigError(f"show: must be an id below a table, or a run, got {name!r}; {LIST}")
    if len(found) > 1:
        ids = ", ".join(row[0] for row in found)
        raise ConfigError(f"show: must be one id, {name!r} begins {ids}; give more of it")
    ((key, kind, text),) = found
    return Origin(key, kind, json.loads(text))


def tree(of: Origin) -> Tree:
    """The origin as a tree, a line per value."""
    root = Tree(f"[bold]{of.id}[/bold] ({of.kind})")
    _grow(root, of.content)
    return root


def _grow(tree: Tree, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            _grow(tree.add(escape(name)), value)
        else:
            tree.add(f"{escape(name)}: {escape(_text(value))}")


def _text(value: Any) -> str:
    if value is None:
        return "not set"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
