"""Stage aggregate: all runs into the database and the tables."""

from pathlib import Path

from dmlr.progress import say
from dmlr.store.agreement import write_agreement
from dmlr.store.ceilings import write_ceilings
from dmlr.store.cells import cells
from dmlr.store.compute import compute, write_compute
from dmlr.store.controls import controls, write_controls
from dmlr.store.database import build
from dmlr.store.disputed import write_disputed
from dmlr.store.gap import gap, write_gap
from dmlr.store.groups import metrics, write_metrics
from dmlr.store.judging import write_judging
from dmlr.store.labels import write_labels
from dmlr.store.ladder import ladder, write_ladder
from dmlr.store.opening import connected
from dmlr.store.paper_tables import published_by_run, write_paper_tables
from dmlr.store.protocols import write_protocols
from dmlr.store.provenance import footer
from dmlr.store.reward import rankings, write_reward
from dmlr.store.seeds import over_seeds
from dmlr.store.seeds_table import write_seeds
from dmlr.store.tables import write_tables
from dmlr.store.told import AggregateSettings


def aggregate(settings: AggregateSettings, results: Path, database: Path) -> None:
    """Write the database, and ``tables/`` under ``results``."""
    build(settings, results, database)
    write_all(settings, database, results / "tables")
    say(f"aggregate {database}: {len(settings.runs)} runs")


def write_all(settings: AggregateSettings, database: Path, tables: Path) -> None:
    """Write all tables of a database."""
    with connected(database, read_only=True) as opened:
        scored, spent = cells(opened, settings.baseline), compute(opened, settings.baseline)
        notes = [footer(opened)]
        write_tables(scored, tables, notes)
        write_protocols(scored, tables, notes)
        write_judging(opened, tables, notes)
        write_compute(spent, tables, notes)
        write_metrics(metrics(opened, settings.baseline), tables, notes)
        write_agreement(opened, tables, notes)
        write_disputed(opened, tables)
        write_seeds(over_seeds(opened, scored, settings.baseline), tables, notes)
        write_reward(rankings(opened), tables, notes)
        write_paper_tables(opened, scored, tables, notes)
        write_controls(opened, controls(opened, scored, spent), tables, notes)
        write_labels(opened, scored, tables, notes)
        write_ceilings(opened, tables, notes)
        write_gap(gap(opened, scored, published_by_run(opened)), tables, notes)
        write_ladder(ladder(opened, scored), tables, notes)
