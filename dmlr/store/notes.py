"""What stands below a table."""

import duckdb


def provenance_note(database: duckdb.DuckDBPyConnection) -> str:
    """What the tables of a database came from, as a short id."""
    (found,) = database.execute("SELECT id FROM provenance WHERE kind = 'tables'").fetchall()
    return f"provenance {found[0]}; dmlr show {found[0]} expands it"


def sources(database: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What each run came from, as a short id."""
    return dict(database.execute("SELECT run, provenance_id FROM runs").fetchall())
