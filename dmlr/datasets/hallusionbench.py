"""HallusionBench, the questions with a picture: everything is text, 1 is yes and 0 is no.

Hub data set lmms-lab/HallusionBench. The official metrics count a figure, and a question over all its
figures, as right only when all their answers are; both keys need the category, since the subcategory
ocr is in two of them.
"""

from pathlib import Path, PurePosixPath

from dmlr.datasets.answers import yesno
from dmlr.datasets.hub import files
from dmlr.datasets.source import Loader, Place, SourceRow
from dmlr.datasets.tables import Row, parquet

FILE = "data/{split}-*.parquet"
COLUMNS = ("category", "subcategory", "visual_input", "set_id", "figure_id", "question_id",
           "question", "gt_answer", "gt_answer_details")  # fmt: skip
ANSWERS = {"0": False, "1": True}
INPUTS = {"1": "original", "2": "edited"}


def load(folder: Path, split: str) -> list[SourceRow]:
    """All rows; a row has no id of its own, so its number in the file is its id.

    Raises:
        DataError: a file or a field is not as the data set has it.
    """
    paths = files(folder, FILE.format(split=split))
    return [_row(i, row) for i, row in enumerate(parquet(paths, COLUMNS, image="image"))]


def _row(number: int, row: Row) -> SourceRow:
    answer, visual = row.text("gt_answer"), row.text("visual_input")
    if answer not in ANSWERS:
        raise row.fault("gt_answer", '"0" or "1"')
    if visual not in INPUTS:
        raise row.fault("visual_input", '"1" or "2" (the split image)')
    category, sub, batch = row.text("category"), row.text("subcategory"), row.text("set_id")
    figure, question = row.text("figure_id"), row.text("question_id")
    gold = yesno(ANSWERS[answer]).model_copy(update={"details": row.text("gt_answer_details")})
    return SourceRow(
        official_id=str(number),
        question=row.text("question"),
        options=(),
        gold={"official": gold},
        picture=row.picture_called(f"{category}/{sub}/{batch}_{figure}.png"),
        category=f"{category} {sub}",
        groups={
            "figure": f"{category}/{sub}/{batch}_{figure}",
            "question": f"{category}/{sub}/{batch}/{question}",
            "visual_input": INPUTS[visual],
        },
    )


def released(number: int, path: PurePosixPath) -> Place:
    """The authors' file has the official order; a picture's path names category and figure."""
    parts = path.with_suffix("").parts[-3:]
    groups = {"figure": "/".join(parts)} if len(parts) == 3 else {}
    return Place(str(number), " ".join(parts[:2]) if groups else "all", groups)


LOADER = Loader((FILE,), load, released, together=("figure", "question"))
