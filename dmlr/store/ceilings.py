"""What no reply can reach: by golds, by the paper's rules, and by what was reached."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from pydantic import TypeAdapter

from dmlr.datasets.options import offered
from dmlr.records import Gold
from dmlr.store.table import Table, write_table
from dmlr.verify.ceilings import Judged, ceilings

GOLDS = TypeAdapter(dict[str, Gold | None])
COLUMNS = (
    "benchmark", "labels", "protocol", "samples", "no_gold", "ceiling", "reachable",
    "reachable_share", "reached", "reached_share",
)  # fmt: skip
HEADER = (
    "benchmark", "labels", "protocol", "samples", "no gold", "ceiling", "reachable by boxed rules",
    "right in some run",
)  # fmt: skip
ROWS = """
SELECT benchmark, labels, protocol, samples, no_gold, reached
FROM ceilings
JOIN protocols USING (protocol)
ORDER BY benchmark, labels, position
"""


def judged(database: duckdb.DuckDBPyConnection, benchmark: str) -> list[Judged]:
    """The golds and options of a benchmark's samples."""
    rows = database.execute(
        "SELECT gold, options, wordings, prompt_source FROM samples WHERE benchmark = ? "
        "ORDER BY sample_id",
        [benchmark],
    ).fetchall()
    return [
        (GOLDS.validate_json(gold), offered(tuple(options), json.loads(wordings), prompt_source))
        for gold, options, wordings, prompt_source in rows
    ]


def write_ceilings(
    database: duckdb.DuckDBPyConnection, folder: Path, notes: Sequence[str] = ()
) -> None:
    """Write the table ``ceilings``, a row per benchmark, label set and protocol; shares in percent.

    ``ceiling`` is that of the samples with a gold. ``reachable`` are those that some reply gets right
    under the paper's rules (boxed), whatever the protocol of the row; ``reached`` those that some run of
    the experiment has right under it: what any method can reach lies between that and the ceiling.
    """
    found = database.execute(ROWS).fetchall()
    boxed = {
        (benchmark, one["labels"]): one["reachable"]
        for benchmark in dict.fromkeys(row[0] for row in found)
        for one in ceilings(judged(database, benchmark))
    }
    rows = [_row(row, boxed[row[0], row[1]]) for row in found]
    shown = [[*row[:3], *map(str, row[3:5]), *_shares(*row[5:])] for row in rows]
    write_table(Table("ceilings", COLUMNS, rows, HEADER, shown, notes), folder)


def _row(row: tuple[Any, ...], reachable: int) -> list[Any]:
    *names, samples, no_gold, reached = row
    ceiling, *shares = (100 * n / samples for n in (samples - no_gold, reachable, reached))
    return [*names, samples, no_gold, ceiling, reachable, shares[0], reached, shares[1]]


def _shares(
    ceiling: float, reachable: int, reachable_share: float, reached: int, reached_share: float
) -> list[str]:
    with_counts = ((reachable_share, reachable), (reached_share, reached))
    return [f"{ceiling:.1f}", *(f"{share:.1f} ({count})" for share, count in with_counts)]
