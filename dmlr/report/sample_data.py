"""The samples of a benchmark as scripts: a short index for lists, and chunks with all that is shown."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from dmlr import wording
from dmlr.records import Sample
from dmlr.report.golds import answer, options, ordered
from dmlr.report.groups import group_names
from dmlr.report.pictures import image_name
from dmlr.report.scripts import Entry, script, script_of

CHUNK = 50  # samples of a data file that is loaded at a time
SHORT = 500  # characters of a question, and of its options, that lists show and search


@dataclass(frozen=True)
class Benchmark:
    """A benchmark's samples in its order, and the groups that they can be filtered by."""

    name: str
    rows: list[dict[str, Any]]
    groups: list[str]

    @property
    def ids(self) -> list[str]:
        """Of all samples, in the benchmark's order."""
        return [row["sample_id"] for row in self.rows]


ROWS = """
SELECT
    sample_id, question, options, gold, image.sha256 AS sha256, image.file AS file,
    image.width AS width, image.height AS height, category, groups, hint, prompt_source, style,
    wordings, errata
FROM samples
WHERE benchmark = ?
ORDER BY rowid
"""


def benchmark(database: duckdb.DuckDBPyConnection, name: str) -> Benchmark:
    """All samples of a benchmark."""
    asked = database.execute(ROWS, [name])
    names = [column[0] for column in asked.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    for row in rows:
        row |= {key: json.loads(row[key]) for key in ("gold", "groups", "wordings")}
    return Benchmark(name, rows, group_names(database, name))


def sample_scripts(found: Benchmark) -> Iterable[tuple[str, str]]:
    """Names and texts of a benchmark's data files."""
    place = f"benchmarks/{found.name}"
    index = {"samples": [_line(row, found.groups) for row in found.rows], "groups": found.groups}
    yield "index.js", script(f"{place}/index", index)
    for number, rows in chunks(found.rows):
        name = f"samples-{number:03d}"
        entries = [Entry(row["sample_id"], _whole(row), {}) for row in rows]
        yield f"{name}.js", script_of(f"{place}/{name}", entries)


def chunks(rows: Sequence[Any]) -> Iterable[tuple[int, Sequence[Any]]]:
    """Rows in chunks with their numbers, from 0."""
    for start in range(0, len(rows), CHUNK):
        yield start // CHUNK, rows[start : start + CHUNK]


def _line(row: dict[str, Any], groups: Sequence[str]) -> list[Any]:
    """What a list shows and filters: id, category, question, options, picture, gold's kind, groups."""
    golds = [gold for _, gold in ordered(row["gold"]) if gold]
    return [
        row["sample_id"], row["category"], row["question"][:SHORT],
        "\n".join(row["options"])[:SHORT], row["sha256"], golds[0]["kind"] if golds else None,
        [row["groups"].get(name) for name in groups],
    ]  # fmt: skip


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    """A sample as it is shown; ``asked`` is another wording of the question, if the model gets one."""
    found = {
        "question": row["question"],
        "options": options(row["options"], row["gold"]),
        "golds": [(labels, answer(gold)) for labels, gold in ordered(row["gold"])],
        "image": [image_name(row["sha256"], row["file"]), row["width"], row["height"]],
        "category": row["category"],
        "groups": list(row["groups"].items()),
    }
    if row["prompt_source"] != "unified":
        found["asked"] = [row["prompt_source"], _asked(row)]
    return found | {name: row[name] for name in ("hint", "errata") if row[name]}


def _asked(row: dict[str, Any]) -> str | None:
    """The official or released wording as the model got it; None where the sample has none."""
    fields = {**row, "options": tuple(row["options"])}
    try:
        return wording.asked(Sample.model_construct(**fields))[0]
    except KeyError:  # no reply either; its error says so
        return None
