"""Small sources of the seven benchmarks, with the files, columns and types of the official ones.

A row is a dict of its columns; ``picture`` beside them is the bytes of its picture, wherever its
benchmark keeps those. The texts are invented, the odd cases are those of the real sets.
"""

import csv
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

TEXT, TEXTS, WHOLE = pa.string(), pa.list_(pa.string()), pa.int64()
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
ROW_GROUP = 4  # rows; large files have several row groups too
# Loader -> split, Parquet file, name of the picture's column, arrow types of all columns.
TABLES = {
    "mathvista": (
        "testmini", "data/testmini-00000-of-00001-725687bf7a18d64b.parquet", "decoded_image",
        {"pid": TEXT, "question": TEXT, "image": TEXT, "decoded_image": IMAGE, "choices": TEXTS,
         "unit": TEXT, "precision": pa.float64(), "answer": TEXT, "question_type": TEXT,
         "answer_type": TEXT,
         "metadata": pa.struct(
             [("category", TEXT), ("context", TEXT), ("grade", TEXT), ("img_height", WHOLE),
              ("img_width", WHOLE), ("language", TEXT), ("skills", TEXTS), ("source", TEXT),
              ("split", TEXT), ("task", TEXT)]),
         "query": TEXT},
    ),
    "mathvision": (
        "test", "data/test-00000-of-00001-3532b8d3f1b4047a.parquet", "decoded_image",
        {"id": TEXT, "question": TEXT, "options": TEXTS, "image": TEXT, "decoded_image": IMAGE,
         "answer": TEXT, "solution": TEXT, "level": WHOLE, "subject": TEXT},
    ),
    "hallusionbench": (
        "image", "data/image-00000-of-00001.parquet", "image",
        {"category": TEXT, "subcategory": TEXT, "visual_input": TEXT, "set_id": TEXT,
         "figure_id": TEXT, "sample_note": TEXT, "question_id": TEXT, "question": TEXT,
         "gt_answer_details": TEXT, "gt_answer": TEXT, "filename": TEXT, "image": IMAGE},
    ),
    "mmstar": (
        "val", "mmstar.parquet", "image",
        {"index": WHOLE, "question": TEXT, "image": IMAGE, "answer": TEXT, "category": TEXT,
         "l2_category": TEXT,
         "meta_info": pa.struct([("source", TEXT), ("split", TEXT), ("image_path", TEXT)])},
    ),
    "scienceqa": (
        "test", "data/test-00000-of-00001-f0e719df791966ff.parquet", "image",
        {"image": IMAGE, "question": TEXT, "choices": TEXTS, "answer": pa.int8(), "hint": TEXT,
         "task": TEXT, "grade": TEXT, "subject": TEXT, "topic": TEXT, "category": TEXT,
         "skill": TEXT, "lecture": TEXT, "solution": TEXT},
    ),
}  # fmt: skip
# Loader -> samples; primes, but MMVP comes in pairs.
SAMPLES = {
    "mathvista": 11, "mathvision": 13, "mm-math": 5, "hallusionbench": 19, "mmvp": 14,
    "mmstar": 17, "scienceqa": 7,
}  # fmt: skip


def entry(name, folder, **changes):
    """The benchmark's entry in the catalog: this source, no errata."""
    split = TABLES[name][0] if name in TABLES else "train"
    fields = {"loader": name, "folder": str(folder), "split": split, "samples": SAMPLES[name]}
    return {**fields, "hub": f"somebody/{name}", "errata": [], **changes}


def rows(name):
    """The rows of the whole source in its order, those without a picture among them."""
    return ROWS[name]()


def write(name, folder, changed=None):
    """Write a source into a folder, of its own rows or of changed ones."""
    found = rows(name) if changed is None else changed
    if name in TABLES:
        write_table(folder / TABLES[name][1], name, found)
    elif name == "mmvp":
        _write_mmvp(folder, found)
    else:
        _write_mm_math(folder, found)
    return folder


def write_table(path, name, rows):
    """One Parquet file as the library ``datasets`` writes it; it lacks columns that all rows lack."""
    _, _, image, types = TABLES[name]
    found = {column: kind for column, kind in types.items() if column == image or column in rows[0]}
    features = {column: _feature(kind) for column, kind in found.items()}
    head = {"huggingface": json.dumps({"info": {"features": features}})}
    schema = pa.schema(list(found.items()), metadata=head)
    cells = [{**row, image: _cell(row)} for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(cells, schema=schema), path, row_group_size=ROW_GROUP)


def _cell(row):
    return None if row["picture"] is None else {"bytes": row["picture"], "path": "image.png"}


def _feature(kind):
    """A column's type in the words of the library ``datasets``."""
    if kind == IMAGE:
        return {"_type": "Image"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "Sequence"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    names = {TEXT: "string", pa.float64(): "float64"}
    return {"dtype": names.get(kind, str(kind)), "_type": "Value"}


def _write_mmvp(folder, rows):
    pictures = folder / "MMVP Images"
    pictures.mkdir(parents=True, exist_ok=True)
    with open(folder / "Questions.csv", "w", encoding="utf-8", newline="") as file:
        names = ["Index", "Question", "Options", "Correct Answer"]
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        if row["picture"] is not None:
            (pictures / f"{row['Index']}.jpg").write_bytes(row["picture"])


def _write_mm_math(folder, rows):
    folder = Path(folder) / "MM_Math"
    folder.mkdir(parents=True, exist_ok=True)
    fields = [{key: row[key] for key in row if key != "picture"} for row in rows]
    lines = [json.dumps(row) + "\n" for row in fields]
    (folder / "MM_Math.jsonl").write_text("".join(lines), encoding="utf-8")
    pictures = {row["file_name"]: row["picture"] for row in rows if row["picture"] is not None}
    with zipfile.ZipFile(folder / "MM_Math.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.mkdir("MM_Math")
        for name, content in pictures.items():
            file.writestr(f"MM_Math/{name}", content)


def colour(number):
    """The colour of a picture's every pixel; those of different numbers are far apart."""
    return (number * 67 % 256, number * 151 % 256, 255 - number * 13 % 256)


def picture(number, form="PNG", *, mode="RGB", size=None):
    """A picture whose size and colour tell its number, as the bytes of a file."""
    buffer = io.BytesIO()
    shade = (*colour(number), 200) if mode == "RGBA" else colour(number)
    Image.new(mode, size or (30 + number, 40), shade).save(buffer, form)
    return buffer.getvalue()


def _mathvista():
    return [
        _vista("2", "What is the volume?", "1000", "integer", picture(1, "JPEG"), unit="g"),
        # The hub calls every picture .jpg; they are of many kinds.
        _vista("3", "若∠A=110°,则∠BOC=( )", "145°", "text", picture(2, mode="RGBA"),
               choices=["135°", "140°", "145°", "150°"], language="chinese"),
        _vista("5", "Find $m\\angle H$", "97", "text", picture(3, "WEBP"),
               choices=["97", "102", "107", "122"]),
        _vista("7", "It is (_) after eight.", "quarter", "text", picture(4),
               choices=["half", "quarter to", "quarter", "quarter past", "o'clock"]),
        _vista("8", "Are there fewer fighters?", "No", "text", picture(5), choices=["Yes", "No"]),
        _vista("15", "Which one dies?", "Common newt", "text", picture(5),
               choices=["Trout", "Common newt", "Dragonfly", "Beetle"]),
        _vista("41", "A spring.\r\n\r\nBy what distance?", "1.2", "float", picture(6), precision=1.0),
        _vista("225", "Between which numbers?", "[0, 8]", "list", picture(7)),
        _vista("479", "What is the ratio?", "2.54", "float", picture(8), precision=2.0),
        _vista("540", "What fraction is blue?", "3/11", "text", picture(9),
               choices=["1/2", "8/11", "6/11", "3/5", "1/11", "2/11", "3/11", "4/11"]),
        _vista("781", "Find $CD$.", "18", "text", picture(10), choices=["9", "18", "12", "18"]),
    ]  # fmt: skip


# Answer type, and decimals of a float -> hint of the official query.
HINTS = {
    "text": "provide the correct option letter, e.g., A, B, C, D, at the end.",
    "integer": "requiring an integer answer and provide the final value, e.g., 1, 2, 3, at the end.",
    "list": "requiring a Python list as an answer and provide the final list, e.g., [1, 2, 3], "
    "at the end.",
    "float": "requiring a floating-point number with {} and provide the final value at the end.",
}
PLACES = {None: "", 1.0: "one decimal place", 2.0: "two decimal places"}


def _vista(pid, question, answer, kind, picture, *, choices=None, unit=None, precision=None,
           language="english"):  # fmt: skip
    joint = "and " if kind == "text" else ""
    query = f"Hint: Please answer the question {joint}{HINTS[kind].format(PLACES[precision])}"
    query += f"\nQuestion: {question}" + (f" (Unit: {unit})" if unit else "")
    if choices:
        lines = [f"({'ABCDEFGH'[i]}) {text}" for i, text in enumerate(choices)]
        query += "\n" + "\n".join(["Choices:", *lines])
    facts = {
        "category": "general-vqa", "context": "bar chart", "grade": "high school",
        "img_height": 40, "img_width": 30, "language": language,
        "skills": ["arithmetic reasoning", "numeric commonsense"], "source": "TQA",
        "split": "testmini", "task": f"{kind} answering",
    }  # fmt: skip
    return {
        "pid": pid, "question": question, "image": f"images/{pid}.jpg", "choices": choices,
        "unit": unit, "precision": precision, "answer": answer,
        "question_type": "multi_choice" if choices else "free_form", "answer_type": kind,
        "metadata": facts, "query": query, "picture": picture,
    }  # fmt: skip


def _mathvision():
    bare, images = list("ABCDE"), [f"<image{i}>" for i in range(2, 7)]
    facts = [
        ("290", "Which number?\n<image1>", [], "60", 2, "arithmetic"),
        ("10", "Which of the following?\n<image1>", bare, "E", 1, "counting"),
        ("39", "Which pair?\n<image1>", ["1, 2", "2,3 and 4", "1,40", "4, 5, 6", "7"], "C", 3, "algebra"),
        ("1", "What is left?", [], "-5", 1, "arithmetic"),
        ("59", "What letter is under the star?", [], "B", 2, "counting"),
        ("303", "Which replaces <image1>?", images, "A", 4, "transformation geometry"),
        ("1843", "How long is $AB$?", ["3", "3", "$\\sqrt{5}$", "6", "7"], "D", 5, "metric geometry - length"),
        ("2521", "How many?", [], "11 ", 5, "combinatorics"),
        ("2602", "What is its area?", [], "4.5", 5, "metric geometry - area"),
        ("2610", "What is the ratio?", [], "\\frac{3}{5}", 4, "algebra"),
        ("2828", "What is $x$?", [], "$\\boxed{\\frac{3}{4}}$", 4, "algebra"),
        ("2830", "What is $y$?", [], "\x0crac{36}{13}", 4, "algebra"),
        ("3040", "At what point?", [], "(2,3)", 3, "analytic geometry"),
    ]  # fmt: skip
    names = ("id", "question", "options", "answer", "level", "subject")
    found = [dict(zip(names, fact, strict=True)) for fact in facts]
    return [
        {**row, "image": f"images/{row['id']}.jpg", "picture": picture(i, "JPEG"),
         "solution": None if i % 2 else "Because."}
        for i, row in enumerate(found)
    ]  # fmt: skip


def _mm_math():
    found = [
        ("50000001.png", "Find $AB$ of $\\triangle ABC$.", "So $AB=6$. \\boxed{6}.", "seven", "easy"),
        ("50000002.png", "Find $\\tan A$.", "Hence \\boxed{\\frac{1}{2}} is it.", "eight", "medium"),
        # A picture may serve two problems.
        ("50000001.png", "Find $AC$ and $BC$.", "\\boxed{3}, and then \\boxed{3\\sqrt{2}}.", "eight", "hard"),
        ("50000004.png", "Prove that $AB=CD$.", "It follows that $AB=CD$.", "nine", "hard"),
        ("50000005.png", "How long is it?", "It is \\boxed{10cm}.", "nine", "medium"),
    ]  # fmt: skip
    names = ("file_name", "question", "solution", "year", "difficult")
    pictures = {"50000001.png": picture(1), "50000002.png": picture(2, "JPEG")}
    pictures |= {"50000004.png": picture(3), "50000005.png": picture(4, mode="RGBA")}
    knowledge = {"level_1": "Properties of Shapes", "level_2": "Triangles"}
    return [
        {**dict(zip(names, one, strict=True)), "knowledge": knowledge, "picture": pictures[one[0]]}
        for one in found
    ]


def _hallusionbench():
    # category, subcategory, visual_input, set, figure, question -> answer
    facts = [
        ("VD", "ocr", "1", "0", "0", "0", "1"),
        ("VD", "ocr", "1", "0", "0", "1", "0"),
        ("VD", "ocr", "2", "0", "1", "0", "0"),
        ("VD", "ocr", "2", "0", "1", "1", "0"),
        ("VD", "video", "1", "12", "0", "0", "0"),
        ("VD", "video", "2", "12", "1", "0", "1"),
        ("VS", "chart", "1", "0", "1", "0", "1"),
        ("VS", "chart", "1", "0", "1", "1", "0"),
        ("VS", "chart", "1", "0", "1", "2", "1"),
        ("VS", "chart", "2", "0", "2", "0", "0"),
        ("VS", "chart", "2", "0", "2", "1", "1"),
        ("VS", "chart", "2", "0", "2", "2", "0"),
        ("VS", "chart", "1", "1", "1", "0", "0"),
        # Set, figures and questions of the first four; only the category tells them apart.
        ("VS", "ocr", "1", "0", "0", "0", "1"),
        ("VS", "ocr", "1", "0", "0", "1", "0"),
        ("VS", "ocr", "2", "0", "1", "0", "0"),
        ("VS", "ocr", "2", "0", "1", "1", "1"),
        ("VS", "map", "1", "3", "1", "0", "1"),
        ("VS", "map", "1", "3", "1", "1", "1"),
    ]
    names = (
        "category",
        "subcategory",
        "visual_input",
        "set_id",
        "figure_id",
        "question_id",
        "gt_answer",
    )
    found = [dict(zip(names, fact, strict=True)) for fact in facts]
    files = [f"./{f[0]}/{f[1]}/{f[3]}_{f[4]}.png" for f in facts]
    numbers = {file: i for i, file in enumerate(dict.fromkeys(files))}
    return [
        {**row, "question": f"Is it {row['question_id']}?", "sample_note": "edited",
         "gt_answer_details": f"It is so ({i}).", "filename": file, "picture": picture(numbers[file])}
        for i, (row, file) in enumerate(zip(found, files, strict=True))
    ]  # fmt: skip


def _mmvp():
    texts = [
        ("Are the butterfly's wings closer to being open or closed?", "(a) Open (b) Closed"),
        ("Is the dog facing left, or right?", "(a) Left (b) Right"),
        ('Is there a "stop" sign?', "(a) Yes (b) No"),
        ("Where does the light come from?", "(a) From the upper right corner (b) It is dark, and cloudy"),
        ("How many wheels (a wheel is round) can be seen?", "(a) 1 (b) 2"),
        ("Can you see stems?", "(a) Yes  (b) No"),
        ("Is it day?", "(a) Day (b) Night"),
    ]  # fmt: skip
    letters = [
        "(a)",
        "(b)",
        "(b)",
        "(a)",
        "(a)",
        "(b)",
        "(b)",
        "(a)",
        "(a)",
        "(b)",
        "(b)",
        "(a)",
        "(a)",
        "(b)",
    ]
    return [
        {"Index": i + 1, "Question": texts[i // 2][0], "Options": texts[i // 2][1],
         "Correct Answer": letters[i], "picture": picture(i + 1, "JPEG")}
        for i in range(14)
    ]  # fmt: skip


HINT = "Hint: Please answer the question and provide the correct option letter, e.g., A, B, C, D, at the end."


def _mmstar():
    see, fine, math = ("coarse perception", "image scene"), ("fine-grained perception", "localization"), (
        "math", "geometry")  # fmt: skip
    facts = [
        (0, "Where is the suitcase?\nOptions: A: On the bed., B: On the cat., C: On a book., D: On it.", "A", see),
        (1, "Which colours?\nOptions: A: red, green, B: blue, C: red, blue, D: green", "C", see),
        (2, "Which ratio?\nOptions: A: 2: 3, B: 3: 2, C: A: 1, D: 1: 1", "C", see),
        (3, "Which is brighter?\nOptions: A: The first, B: The second, C: nan, D: nan", "B", see),
        (4, "How many?\nOptions: A: One, B: Two, C: Three, D: nan", "A", see),
        (268, "How many stumps?\nOptions: A: nan, B: Two, C: One, D: Cannot be said", "A", fine),
        (391, "How many halos?\nOptions: A: Two, B: One, C: nan, D: Three", "D", fine),
        (392, "How many wings?\nOptions: A: Two, B: One, C: nan, D: nan", "C", fine),
        (393, "Which is it, <image 1> or <image 2>?\nOptions: A: <image 1>, B: <image 2>", "B", fine),
        (394, "At which of (A), (B) and (C) is it solid?\nOptions: A: (A), B: (B), C: (C)", "C", fine),
        (1000, f"{HINT}\nQuestion: Find $CD$.\nChoices:\n(A) 9\n(B) 12\n(C) 18\n(D) 18", "C", math),
        (1001, f"{HINT}\nQuestion: What is the sum?\n(A) 10\n(B) 5\n(C) 7\n(D) 2.5", "B", math),
        (1002, f"{HINT}\nQuestion: How many prefer it?\nChoices:\n(A) 7\n(B) 5\n(C) 9\n(D)8", "D", math),
        (1003, f"{HINT}\nQuestion: $m=130$_x000D_\nand $n=20$?\nChoices:\n(A) 40\n(B) 50", "B", math),
        (1004, f"{HINT}\nQuestion: Is (A) before (B)?\nChoices:\n(A) Yes\n(B) No", "A", math),
        (1005, "What does it print?\nOptions: A: print(1)\\nprint(2), B: print(12)", "A", math),
        (1006, "Look.\nWhich one is it?\nOptions: A: this, B: that, C: it, D: none", "D", math),
    ]  # fmt: skip
    return [
        {"index": index, "question": text, "answer": answer, "category": place[0],
         "l2_category": place[1], "picture": picture(i, "JPEG"),
         "meta_info": {"source": "MMMU", "split": "val", "image_path": f"images/val/{index}.jpg"}}
        for i, (index, text, answer, place) in enumerate(facts)
    ]  # fmt: skip


def _scienceqa():
    facts = [
        ("Which is a mammal?", ["newt", "bat"], 1, "", None),
        ("Which state is farthest north?", ["Maine", "Kansas", "Ohio", "Utah"], 0, "", picture(1)),
        ("Which is it?", ["soft", "hard", "both"], 2, "Feel it.", None),
        ("What could the test show?", ["if it swings", "if it falls", "if it lands"], 2,
         "People can use engines.\nA parachute slows down.\n", picture(2, mode="RGBA")),
        ("Which way is the push?", ["away from it", "towards it"], 0, "", picture(3, "JPEG")),
        ("Complete it.", ["a", "b"], 0, "", None),
        ("Which way is the push?", ["away from it", "towards it"], 1, "", picture(3, "JPEG")),
        ("Which animal is this?", ["ant", "bee", "cat", "dog", "eel"], 4, "Read it.", picture(4)),
        ("Which of them?", ["one", "two", "three", "four"], 3, " ", picture(5)),
        ("What is the temperature?", ["10°C", "30°C"], 0, "It is shown.", picture(6)),
        ("Which is last?", ["x", "y"], 1, "", None),
    ]  # fmt: skip
    facets = {
        "task": "closed choice", "grade": "grade3", "subject": "social science",
        "topic": "geography", "category": "Geography", "skill": "Read a map",
        "lecture": "Maps have four cardinal directions.", "solution": "Look at it.",
    }  # fmt: skip
    names = ("question", "choices", "answer", "hint", "picture")
    return [{**dict(zip(names, fact, strict=True)), **facets} for fact in facts]


ROWS = {
    "mathvista": _mathvista,
    "mathvision": _mathvision,
    "mm-math": _mm_math,
    "hallusionbench": _hallusionbench,
    "mmvp": _mmvp,
    "mmstar": _mmstar,
    "scienceqa": _scienceqa,
}
