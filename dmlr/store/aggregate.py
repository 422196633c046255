"""Stage aggregate: all runs into the database, the tables and the exports."""

from pathlib import Path

import duckdb

from dmlr.progress import say
from dmlr.settings import AggregateSettings
from dmlr.store.agreement import write_agreement
from dmlr.store.cells import cells
from dmlr.store.compute import compute, write_compute
from dmlr.store.database import build
from dmlr.store.disputed import write_disputed
from dmlr.store.exports import export
from dmlr.store.groups import metrics, write_metrics
from dmlr.store.judging import write_judging
from dmlr.store.protocols import write_protocols
from dmlr.store.reward import rankings, reward_table
from dmlr.store.seeds import over_seeds
from dmlr.store.seeds_table import seeds_table
from dmlr.store.table import write_table
from dmlr.store.tables import write_tables


def aggregate(settings: AggregateSettings, results: Path, database: Path) -> None:
    """Write the database, ``tables/`` and ``exports/`` under ``results``."""
    build(settings, results, database)
    with duckdb.connect(str(database), read_only=True) as opened:
        scored = cells(opened, settings.baseline)
        write_tables(scored, results / "tables")
        write_protocols(scored, results / "tables")
        write_judging(opened, results / "tables")
        write_compute(compute(opened, settings.baseline), results / "tables")
        write_metrics(metrics(opened, settings.baseline), results / "tables")
        write_agreement(opened, results / "tables")
        write_disputed(opened, results / "tables")
        joined = over_seeds(opened, scored, settings.baseline)
        write_table(seeds_table(joined), results / "tables")
        write_table(reward_table(rankings(opened)), results / "tables")
        for run in settings.runs:
            folder = results / "exports" / run.key.slug
            export(opened, run.key.slug, settings.protocols[0], folder)
    say(f"aggregate {database}: {len(settings.runs)} runs")
