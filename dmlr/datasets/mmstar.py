"""MMStar: the options stand in the question's text, and short lists are filled up with "nan".

Hub data set Lin-Chen/MMStar. A "nan" at the end of a list is padding and is dropped, unless it is the
gold; one elsewhere is the word "None" lost, which the errata restore.
"""

from pathlib import Path, PurePosixPath

from dmlr.datasets.answers import choice, letter_of, option_of
from dmlr.datasets.hub import files
from dmlr.datasets.options import asked
from dmlr.datasets.source import Loader, Place, SourceRow
from dmlr.datasets.tables import Row, parquet

FILE = "mmstar.parquet"
COLUMNS = ("index", "question", "answer", "category", "l2_category")
PADDING = "nan"


def load(folder: Path, split: str) -> list[SourceRow]:
    """All rows.

    Raises:
        DataError: a file or a field is not as the data set has it.
    """
    del split  # there is one
    return [_row(row) for row in parquet(files(folder, FILE), COLUMNS, image="image")]


def _row(row: Row) -> SourceRow:
    number, text, letter = row.integer("index"), row.text("question"), row.text("answer")
    found = asked(text)
    if len(letter) != 1 or option_of(letter, found.options) is None:
        raise row.fault("answer", f"the letter of one of {list(found.options)}")
    options = without_padding(found.options, letter)
    return SourceRow(
        official_id=str(number),
        question=found.question,
        options=options,
        gold={"official": choice(letter, options)},
        picture=row.picture_called(f"{number}.jpg"),
        category=row.text("category"),
        groups={
            "axis": row.text("l2_category"),
            "source": row.fields_of("meta_info").optional_text("source"),
        },
        wordings={"official": text},
    )


def without_padding(options: tuple[str, ...], gold: str | None) -> tuple[str, ...]:
    """The options without "nan" at their end; the option that a gold letter names stays."""
    while options and options[-1] == PADDING and letter_of(len(options) - 1) != gold:
        options = options[:-1]
    return options


def released(number: int, path: PurePosixPath) -> Place:
    """The authors' pictures are called by the official index."""
    del number
    return Place(path.stem)


LOADER = Loader((FILE,), load, released, option_counts=frozenset({2, 3, 4}))
