"""Stage aggregate: all runs into the database and the tables."""

from pathlib import Path

import duckdb

from dmlr.progress import say
from dmlr.settings import AggregateSettings
from dmlr.store.agreement import write_agreement
from dmlr.store.cells import cells
from dmlr.store.compute import compute, write_compute
from dmlr.store.database import build
from dmlr.store.disputed import write_disputed
from dmlr.store.groups import metrics, write_metrics
from dmlr.store.judging import write_judging
from dmlr.store.protocols import write_protocols
from dmlr.store.tables import write_tables


def aggregate(settings: AggregateSettings, results: Path, database: Path) -> None:
    """Write the database, and ``tables/`` under ``results``."""
    build(settings, results, database)
    write_all(settings, database, results / "tables")
    say(f"aggregate {database}: {len(settings.runs)} runs")


def write_all(settings: AggregateSettings, database: Path, tables: Path) -> None:
    """Write all tables of a database."""
    with duckdb.connect(str(database), read_only=True) as opened:
        scored = cells(opened, settings.baseline)
        write_tables(scored, tables)
        write_protocols(scored, tables)
        write_judging(opened, tables)
        write_compute(compute(opened, settings.baseline), tables)
        write_metrics(metrics(opened, settings.baseline), tables)
        write_agreement(opened, tables)
        write_disputed(opened, tables)
