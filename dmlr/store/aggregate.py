"""Stage aggregate: all runs into the database, the tables and the exports."""

from pathlib import Path

from dmlr.progress import say
from dmlr.settings import AggregateSettings
from dmlr.store.agreement import write_agreement
from dmlr.store.ceilings import write_ceilings
from dmlr.store.cells import cells
from dmlr.store.compute import compute, write_compute
from dmlr.store.controls import controls, write_controls
from dmlr.store.database import build, connected
from dmlr.store.disputed import write_disputed
from dmlr.store.exports import export
from dmlr.store.gap import gap, write_gap
from dmlr.store.groups import metrics, write_metrics
from dmlr.store.judging import write_judging
from dmlr.store.labels import write_labels
from dmlr.store.ladder import ladder, write_ladder
from dmlr.store.paper_tables import write_paper_tables
from dmlr.store.protocols import write_protocols
from dmlr.store.provenance import footer
from dmlr.store.tables import write_tables


def aggregate(settings: AggregateSettings, results: Path, database: Path) -> None:
    """Write the database, ``tables/`` and ``exports/`` under ``results``."""
    build(settings, results, database)
    with connected(database, read_only=True) as opened:
        scored, spent = cells(opened, settings.baseline), compute(opened, settings.baseline)
        tables, notes = results / "tables", [footer(opened)]
        write_tables(scored, tables, notes)
        write_protocols(scored, tables, notes)
        write_judging(opened, tables, notes)
        write_compute(spent, tables, notes)
        write_metrics(metrics(opened, settings.baseline), tables, notes)
        write_agreement(opened, tables, notes)
        write_disputed(opened, tables)
        write_paper_tables(opened, scored, tables, notes)
        write_controls(opened, controls(opened, scored, spent), tables, notes)
        write_labels(opened, scored, tables, notes)
        write_ceilings(opened, tables, notes)
        write_gap(gap(opened, scored, published={}), tables, notes)
        write_ladder(ladder(opened, scored), tables, notes)
        for run in settings.runs:
            folder = results / "exports" / run.key.slug
            export(opened, run.key.slug, settings.protocols[0], folder)
    say(f"aggregate {database}: {len(settings.runs)} runs")
