"""Stage aggregate: all runs into the database, the tables and the exports."""

from pathlib import Path

import duckdb

from dmlr.progress import say
from dmlr.settings import AggregateSettings
from dmlr.store.compute import compute, write_compute
from dmlr.store.database import build
from dmlr.store.exports import export
from dmlr.store.tables import cells, write_tables


def aggregate(settings: AggregateSettings, results: Path, database: Path) -> None:
    """Write the database, ``tables/`` and ``exports/`` under ``results``."""
    build(settings, results, database)
    with duckdb.connect(str(database), read_only=True) as opened:
        write_tables(cells(opened, settings.baseline), results / "tables")
        write_compute(compute(opened, settings.baseline), results / "tables")
        for run in settings.runs:
            folder = results / "exports" / run.key.slug
            export(opened, run.key.slug, settings.protocols[0], folder)
    say(f"aggregate {database}: {len(settings.runs)} runs")
