"""The ledger as a file for people and other programs: JSON lines or CSV."""

import json
from pathlib import Path
from typing import IO

from dmlr.errors import RecordError
from dmlr.files import replacing
from dmlr.judge.ledger import Ledger
from dmlr.judge.ledger_file import reported
from dmlr.spreadsheet import SafeCsv


def export(ledger: Ledger, path: Path) -> int:
    """Write all rows, in the order in which they were added, whole or not at all.

    JSON lines have every value as it is, options and decoding as JSON inside it. In CSV, a text that a
    spreadsheet could take for a formula has an apostrophe before it; what is None is empty.

    Returns:
        How many rows were written.

    Raises:
        RecordError: the name ends in neither .jsonl nor .csv, the file cannot be written, or the ledger
            is damaged.
    """
    writers = {".jsonl": _write_json_lines, ".csv": _write_csv}
    if path.suffix not in writers:
        raise RecordError(f"{path}: must end in .jsonl or .csv, got {path.name}; name another file")
    with (
        reported(path),
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        return writers[path.suffix](ledger, file)


def _write_json_lines(ledger: Ledger, file: IO[str]) -> int:
    columns, count = ledger.columns(), 0
    for row in ledger.rows():
        value = dict(zip(columns, row, strict=True))
        value |= {name: json.loads(value[name]) for name in ("options", "decoding")}
        file.write(json.dumps(value, ensure_ascii=False) + "\n")
        count += 1
    return count


def _write_csv(ledger: Ledger, file: IO[str]) -> int:
    return SafeCsv(file, ledger.columns()).write(ledger.rows())
