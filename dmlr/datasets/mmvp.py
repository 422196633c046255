"""MMVP: pairs of pictures that look alike to CLIP, one question for both, opposite answers.

Hub data set MMVP/MMVP: a table of questions and a folder of pictures. A picture belongs to the row of
its number; listing the folder gives 1, 10, 100, ... and would pair most questions with wrong pictures.
"""

import re
from pathlib import Path, PurePosixPath

from dmlr.datasets.answers import choice, option_of
from dmlr.datasets.hub import files
from dmlr.datasets.options import split as split_options
from dmlr.datasets.pictures import at
from dmlr.datasets.source import Loader, Place, SourceRow
from dmlr.datasets.tables import Row, csv_rows

COLUMNS = ("Index", "Question", "Options", "Correct Answer")
QUESTIONS, PICTURES = "Questions.csv", "MMVP Images"
MARK = re.compile(r"\(([a-z])\) ?")
LETTER = re.compile(r"\(([a-z])\)")


def load(folder: Path, split: str) -> list[SourceRow]:
    """All rows.

    Raises:
        DataError: a file or a field is not as the data set has it.
    """
    del split  # there is one
    (questions,) = files(folder, QUESTIONS)
    return [_row(row, folder) for row in csv_rows(questions, COLUMNS)]


def _row(row: Row, folder: Path) -> SourceRow:
    number = row.integer("Index")
    options = split_options(row.text("Options").strip(), MARK, " ")
    found = LETTER.fullmatch(row.text("Correct Answer").strip().lower())
    if found is None or option_of(found[1].upper(), options) is None:
        raise row.fault("Correct Answer", f"one of the letters of {row.text('Options')!r}")
    return SourceRow(
        official_id=str(number),
        question=row.text("Question"),
        options=options,
        gold={"official": choice(found[1].upper(), options)},
        picture=at(folder / PICTURES / f"{number}.jpg"),
        category="all",
        groups={"pair": _pair(number)},
        style="mmvp",
    )


def _pair(number: int) -> str:
    return str((number + 1) // 2)


def released(number: int, path: PurePosixPath) -> Place:
    """The authors' file has no index; its pictures are called by the official one."""
    place = int(path.stem) if path.stem.isdecimal() else number + 1
    return Place(str(place), groups={"pair": _pair(place)})


LOADER = Loader(
    (QUESTIONS, f"{PICTURES}/*.jpg"),
    load,
    released,
    together=("pair",),
    option_counts=frozenset({2}),
)
