"""ScienceQA, the questions with a picture: the gold is an index, and index 0 is an answer.

Hub data set derek-thomas/ScienceQA. Rows without a picture are left out; the number among the others is
a row's id, since the hub's table has none. The hint is the passage that many questions are about.
"""

from pathlib import Path, PurePosixPath

from dmlr.datasets.answers import choice, letter_of
from dmlr.datasets.hub import files
from dmlr.datasets.source import Loader, Place, SourceRow
from dmlr.datasets.tables import Row, parquet

FILE = "data/{split}-*.parquet"
COLUMNS = ("question", "choices", "answer", "hint", "task", "grade", "subject", "topic",
           "category", "skill")  # fmt: skip
GROUPS = ("topic", "grade", "task", "skill")


def load(folder: Path, split: str) -> list[SourceRow]:
    """The rows with a picture.

    Raises:
        DataError: a file or a field is not as the data set has it.
    """
    rows = parquet(files(folder, FILE.format(split=split)), COLUMNS, image="image")
    pictured = [row for row in rows if row.picture is not None]
    return [_row(number, row) for number, row in enumerate(pictured)]


def _row(number: int, row: Row) -> SourceRow:
    options, index, hint = row.texts("choices"), row.integer("answer"), row.optional_text("hint")
    if not 0 <= index < len(options):
        raise row.fault("answer", f"an index of {len(options)} choices, from 0 on")
    groups = {name: row.optional_text(name) for name in GROUPS}
    groups |= {"topic category": row.optional_text("category")}
    groups |= {"context": "text and image" if hint.strip() else "image"}
    return SourceRow(
        official_id=str(number),
        question=row.text("question"),
        options=options,
        gold={"official": choice(letter_of(index), options)},
        picture=row.picture_called(f"row {number}"),
        category=row.text("subject"),
        groups=groups,
        hint=hint,
        style="scienceqa",
    )


def released(number: int, path: PurePosixPath) -> Place:
    """The authors' file has the official order; its picture names are hashes that nothing gives back."""
    del path
    return Place(str(number))


LOADER = Loader((FILE,), load, released, hints=True)
