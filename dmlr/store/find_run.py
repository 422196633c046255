"""A run by its name, or by as much of it as tells it from the others."""

import duckdb

from dmlr.errors import ConfigError

SHOWN = 8  # candidates that a message lists


def all_runs(database: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of all runs."""
    found = database.execute("SELECT run FROM runs ORDER BY run").fetchall()
    return [name for (name,) in found]


def find_run(database: duckdb.DuckDBPyConnection, text: str) -> str:
    """The one run whose name is ``text``, or else holds it.

    Raises:
        ConfigError: no run does, or several do; the message lists them.
    """
    names = all_runs(database)
    if text in names:
        return text
    found = [name for name in names if text in name]
    if len(found) == 1:
        return found[0]
    what = "in the name of a run" if not found else "in the name of one run alone"
    raise ConfigError(f"RUN: must stand {what}, got {text!r}; {_listed(found or names)}")


def _listed(names: list[str]) -> str:
    """Such as ``choose of a, b``, and of how many more."""
    if not names:
        return "the database has no run"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"choose of {', '.join(names[:SHOWN])}{more}"
