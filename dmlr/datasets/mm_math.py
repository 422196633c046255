r"""MM-Math: questions in JSON lines, pictures in a zip; the gold is what its solution boxes.

Hub data set THU-KEG/MM_Math. There is no answer field: the content of every ``\boxed{}`` of the worked
solution is the answer, several of them a list. Pictures are found in the zip by their bare names.
"""

from collections import Counter
from pathlib import Path, PurePosixPath

from dmlr.boxes import boxes
from dmlr.datasets.answers import free
from dmlr.datasets.archive import Archive
from dmlr.datasets.hub import files
from dmlr.datasets.source import Loader, Place, SourceRow
from dmlr.datasets.tables import Row, json_lines
from dmlr.records import Gold

COLUMNS = ("question", "file_name", "solution", "year", "difficult")
QUESTIONS, PICTURES = "MM_Math/MM_Math.jsonl", "MM_Math/MM_Math.zip"


def load(folder: Path, split: str) -> list[SourceRow]:
    """All problems, in the order of the file.

    Raises:
        DataError: a file or a field is not as the data set has it.
    """
    del split  # there is one
    (questions,), (pictures,) = files(folder, QUESTIONS), files(folder, PICTURES)
    archive, seen = Archive(pictures), Counter[str]()
    rows = []
    for row in json_lines(questions, COLUMNS):
        stem = PurePosixPath(row.text("file_name")).stem
        seen[stem] += 1
        # A picture may serve two problems.
        rows.append(_row(row, stem if seen[stem] == 1 else f"{stem}-{seen[stem]}", archive))
    return rows


def _row(row: Row, official_id: str, archive: Archive) -> SourceRow:
    groups = {"grade": row.text("year"), "difficulty": row.text("difficult")}
    knowledge = row.fields_of("knowledge")
    groups |= {name: knowledge.optional_text(name) for name in ("level_1", "level_2")}
    return SourceRow(
        official_id=official_id,
        question=row.text("question"),
        options=(),
        gold={"official": _gold(row.text("solution"))},
        picture=archive.picture(row.text("file_name")),
        category=groups["difficulty"],
        groups=groups,
    )


def _gold(solution: str) -> Gold | None:
    found = boxes(solution)
    if len(found) > 1:
        return Gold(kind="list", text=", ".join(found))
    return free(found[0]) if found and found[0] else None


def released(number: int, path: PurePosixPath) -> Place:
    """The authors' file is not known; its pictures should have the official names."""
    del number
    return Place(path.stem)


LOADER = Loader((QUESTIONS, PICTURES), load, released)
