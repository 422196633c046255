"""MathVista: the gold of a choice is its text, and a decimal answer says how many decimals count.

Hub data set AI4Math/MathVista, one Parquet file per split. Scoring compares texts, so where two
options have the gold's text both letters are right.
"""

from pathlib import Path, PurePosixPath

from dmlr.datasets.answers import choice_of_text, number
from dmlr.datasets.hub import files
from dmlr.datasets.source import Loader, Place, SourceRow
from dmlr.datasets.tables import Row, parquet
from dmlr.records import Gold

FILE = "data/{split}-*.parquet"
COLUMNS = ("pid", "question", "choices", "unit", "precision", "answer", "question_type",
           "answer_type", "metadata", "query")  # fmt: skip
GROUPS = ("task", "context", "grade", "language", "source")


def load(folder: Path, split: str) -> list[SourceRow]:
    """All rows; the split ``test`` has no golds.

    Raises:
        DataError: a file or a field is not as the data set has it.
    """
    paths = files(folder, FILE.format(split=split))
    return [_row(row) for row in parquet(paths, COLUMNS, image="decoded_image")]


def _row(row: Row) -> SourceRow:
    pid, unit, facts = row.text("pid"), row.optional_text("unit"), row.fields_of("metadata")
    groups = {name: facts.optional_text(name) for name in GROUPS}
    groups |= {"target": facts.optional_text("category")}
    groups |= {"type": row.text("question_type"), "answer_type": row.text("answer_type")}
    if "skills" in facts.fields:
        groups["skills"] = "; ".join(facts.texts("skills"))
    return SourceRow(
        official_id=pid,
        question=row.text("question") + (f" (Unit: {unit})" if unit else ""),
        options=row.texts("choices"),
        gold={"official": _gold(row)},
        picture=row.picture_called(f"images/{pid}.jpg"),
        category=groups["task"] or "all",
        groups=groups,
        wordings={"official": row.text("query")},
    )


def _gold(row: Row) -> Gold | None:
    answer, kind = row.text("answer"), row.text("answer_type")
    if not answer:
        return None
    if row.text("question_type") == "multi_choice":
        found = choice_of_text(answer, row.texts("choices"))
        if found is None:
            raise row.fault("answer", f"one of choices {list(row.texts('choices'))}")
        return found
    if kind == "list":
        return Gold(kind="list", text=answer)
    decimals = row.optional_number("precision")  # the hub stores 1 as 1.0
    try:
        return number(answer, precision=None if decimals is None else int(decimals))
    except ValueError:
        raise row.fault("answer", f"a number, since answer_type is {kind!r}") from None


def released(number: int, path: PurePosixPath) -> Place:
    """The authors' file holds the pids in order; its pictures are called by them."""
    del number
    return Place(path.stem)


LOADER = Loader((FILE,), load, released, gold_is_text=True)
