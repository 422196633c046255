"""What judges said about the verdicts of the database, out of the ledger."""

import json
from pathlib import Path

import duckdb
import pyarrow as pa

from dmlr.judge.ledger import Ledger


def add_calls(database: duckdb.DuckDBPyConnection, ledger: Path) -> None:
    """Add all replies to the calls that the verdicts refer to; none where there is no ledger.

    Raises:
        RecordError: the ledger is damaged, or of another kind.
    """
    told = database.execute("SELECT DISTINCT judgement FROM verdicts WHERE judgement IS NOT NULL")
    wanted = {key for (key,) in told.fetchall()}
    if not wanted or not ledger.is_file():
        return
    with Ledger.opened(ledger) as opened:
        names = ["judgement" if name == "key" else name for name in opened.columns()]
        key = names.index("judgement")
        rows = [dict(zip(names, row, strict=True)) for row in opened.rows() if row[key] in wanted]
    if rows:
        told_rows = [{**row, "options": json.loads(row["options"])} for row in rows]
        read = pa.Table.from_pylist(told_rows)  # noqa: F841  (DuckDB reads it by its name)
        database.execute("INSERT INTO judge_calls BY NAME SELECT * FROM read")
