"""MathVision (MATH-V): five options or none; many options are the bare letters of the picture.

Hub data set MathLLMs/MathVision, one Parquet file per split (test, testmini).
"""

from pathlib import Path, PurePosixPath

from dmlr.datasets.answers import choice, free, option_of
from dmlr.datasets.hub import files
from dmlr.datasets.source import Loader, Place, SourceRow
from dmlr.datasets.tables import Row, parquet
from dmlr.records import Gold

FILE = "data/{split}-*.parquet"
COLUMNS = ("id", "question", "options", "answer", "level", "subject")


def load(folder: Path, split: str) -> list[SourceRow]:
    """All rows of a split.

    Raises:
        DataError: a file or a field is not as the data set has it.
    """
    paths = files(folder, FILE.format(split=split))
    return [_row(row) for row in parquet(paths, COLUMNS, image="decoded_image")]


def _row(row: Row) -> SourceRow:
    number, subject = row.text("id"), row.text("subject")
    return SourceRow(
        official_id=number,
        question=row.text("question"),
        options=row.texts("options"),
        gold={"official": _gold(row)},
        picture=row.picture_called(f"images/{number}.jpg"),
        category=subject,
        groups={"subject": subject, "level": str(row.integer("level"))},
        style="mathvision",
    )


def _gold(row: Row) -> Gold | None:
    answer, options = row.text("answer"), row.texts("options")
    if not options:
        return free(answer) if answer.strip() else None
    if len(answer) != 1 or option_of(answer, options) is None:
        raise row.fault("answer", f"the letter of one of {len(options)} options")
    return choice(answer, options)


def released(number: int, path: PurePosixPath) -> Place:
    """The authors' file is shuffled; its pictures are called by the official id."""
    del number
    return Place(path.stem)


LOADER = Loader((FILE,), load, released, option_counts=frozenset({0, 5}))
