"""The seven benchmarks from small sources in the official formats to prepared samples."""

import hashlib
import io
import os
import time
from functools import cache

import numpy as np
import pytest
from PIL import Image

from dmlr import wording
from dmlr.datasets.shard import read_shard
from dmlr.records import Gold
from tests import sources
from tests.hub_server import HubServer
from tests.preparing import SHARD, prepare_entry, read, told


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Loader -> its small source, prepared."""

    @cache
    def prepared(name):
        folder = tmp_path_factory.mktemp(name)
        sources.write(name, folder / "source")
        return prepare_entry(sources.entry(name, folder / "source"), folder / "prepared")

    return prepared


def golds(found):
    return {name: sample.gold["official"] for name, sample in found.samples.items()}


def choice(letter, text, *aliases):
    return Gold(kind="choice", letter=letter, text=text, aliases=aliases)


def integer(text):
    return Gold(kind="integer", text=text, value=float(text))


def decimal(text, precision=None):
    return Gold(kind="float", text=text, value=float(text), precision=precision)


def expression(text):
    return Gold(kind="expression", text=text)


def asked(sample, source):
    return wording.asked(sample.model_copy(update={"prompt_source": source}))


def test_mathvista(prepared):
    found = prepared("mathvista")
    assert golds(found) == {
        "2": integer("1000"),
        "3": choice("C", "145°"),
        "5": choice("A", "97"),
        "7": choice("C", "quarter"),
        "8": choice("B", "No"),
        "15": choice("B", "Common newt"),
        "41": decimal("1.2", 1),
        "225": Gold(kind="list", text="[0, 8]"),
        "479": decimal("2.54", 2),
        "540": choice("G", "3/11"),
        "781": choice("B", "18", "D"),
    }
    assert list(found.samples)[:3] == ["2", "3", "5"]
    assert type(golds(found)["41"].precision) is int
    with_unit, chosen = found.samples["2"], found.samples["8"]
    assert (with_unit.question, with_unit.options) == ("What is the volume? (Unit: g)", ())
    assert chosen.options == ("Yes", "No")
    assert found.samples["41"].question == "A spring.\r\n\r\nBy what distance?"
    assert chosen.category == "text answering"
    assert chosen.groups == {
        "task": "text answering", "context": "bar chart", "grade": "high school",
        "language": "english", "source": "TQA", "target": "general-vqa", "type": "multi_choice", "answer_type": "text",
        "skills": "arithmetic reasoning; numeric commonsense",
    }  # fmt: skip
    assert asked(chosen, "official") == (
        "Hint: Please answer the question and provide the correct option letter, e.g., A, B, C, D, "
        "at the end.\nQuestion: Are there fewer fighters?\nChoices:\n(A) Yes\n(B) No",
        (),
    )
    assert asked(with_unit, "official")[0].endswith("\nQuestion: What is the volume? (Unit: g)")
    assert asked(chosen, "unified") == ("Are there fewer fighters?", ("Yes", "No"))


def test_mathvision(prepared):
    found = prepared("mathvision")
    assert golds(found) == {
        "290": integer("60"),
        "10": choice("E", "E"),
        "39": choice("C", "1,40"),
        "1": integer("-5"),
        "59": expression("B"),  # a letter, but of no option
        "303": choice("A", "<image2>"),
        "1843": choice("D", "6"),
        "2521": integer("11"),
        "2602": decimal("4.5"),
        "2610": expression("\\frac{3}{5}"),
        "2828": expression("$\\boxed{\\frac{3}{4}}$"),
        "2830": expression("\x0crac{36}{13}"),
        "3040": expression("(2,3)"),
    }
    assert list(found.samples)[:3] == ["290", "10", "39"]
    commas, bare, free = (found.samples[name] for name in ("39", "10", "290"))
    assert commas.options == ("1, 2", "2,3 and 4", "1,40", "4, 5, 6", "7")
    assert (commas.category, commas.groups) == ("algebra", {"subject": "algebra", "level": "3"})
    # The question and what is to be done, as MATH-V asks; bare letters are only in the picture.
    task = (
        'Please solve the problem and put your answer in one "\\boxed{}". If it is a multiple choice '
        'question, only one letter is allowed in the "\\boxed{}".\n'
    )
    assert asked(commas, "official") == (
        f"{task}Which pair?\n<image1>\n(A) 1, 2\n(B) 2,3 and 4\n(C) 1,40\n(D) 4, 5, 6\n(E) 7\n",
        (),
    )
    assert asked(bare, "official") == (f"{task}Which of the following?\n<image1>\n", ())
    assert asked(free, "official") == (f"{task}Which number?\n<image1>\n", ())
    assert asked(bare, "unified") == ("Which of the following?\n<image1>", tuple("ABCDE"))


def test_mm_math(prepared):
    found = prepared("mm-math")
    assert golds(found) == {
        "50000001": integer("6"),
        "50000002": expression("\\frac{1}{2}"),
        "50000001-2": Gold(kind="list", text="3, 3\\sqrt{2}"),
        "50000004": None,
        "50000005": expression("10cm"),
    }
    first = found.samples["50000001"]
    assert (first.options, first.category) == ((), "easy")
    assert first.groups == {
        "grade": "seven", "difficulty": "easy", "level_1": "Properties of Shapes",
        "level_2": "Triangles",
    }  # fmt: skip
    assert asked(first, "official") == ("Find $AB$ of $\\triangle ABC$.", ())
    assert asked(first, "unified") == ("Find $AB$ of $\\triangle ABC$.", ())
    empty = [one["samples"] for one in found.audit["findings"] if one["check"] == "no gold"]
    assert empty == [["50000004"]]


def test_hallusionbench(prepared):
    found = prepared("hallusionbench")
    assert list(found.samples) == [str(number) for number in range(19)]
    answers = "YNNNNYYNYNYNNYNNYYY"
    assert "".join(gold.text[0] for gold in golds(found).values()) == answers
    assert golds(found)["5"] == Gold(kind="yesno", text="Yes", details="It is so (5).")
    edited = found.samples["16"]
    assert (edited.question, edited.options, edited.category) == ("Is it 1?", (), "VS ocr")
    assert edited.groups == {
        "figure": "VS/ocr/0_1", "question": "VS/ocr/0/1", "visual_input": "edited",
    }  # fmt: skip
    figures = group(found, "figure")
    assert len(figures) == 10
    assert figures["VD/ocr/0_1"] == ["2", "3"]
    assert figures["VS/chart/0_1"] == ["6", "7", "8"]
    questions = group(found, "question")
    assert len(questions) == 11
    # One question over two figures; the same set and number in another category is another one.
    assert questions["VD/ocr/0/0"] == ["0", "2"]
    assert questions["VS/ocr/0/0"] == ["13", "15"]
    assert questions["VS/chart/1/0"] == ["12"]
    assert asked(edited, "official") == ("Is it 1?", ())


def group(found, name):
    groups = {}
    for key, sample in found.samples.items():
        groups.setdefault(sample.groups[name], []).append(key)
    return groups


def test_mmvp(prepared):
    found = prepared("mmvp")
    assert list(found.samples) == [str(number) for number in range(1, 15)]
    assert "".join(gold.letter for gold in golds(found).values()) == "ABBAABBAABBAAB"
    assert golds(found)["8"] == choice("A", "From the upper right corner")
    assert group(found, "pair") == {str(i): [str(2 * i - 1), str(2 * i)] for i in range(1, 8)}
    # A bracket in the question, a comma in an option, two blanks between options.
    assert found.samples["9"].options == ("1", "2")
    assert found.samples["7"].options == ("From the upper right corner", "It is dark, and cloudy")
    assert found.samples["11"].options == ("Yes", "No")
    stop = found.samples["5"]
    assert (stop.question, stop.category) == ('Is there a "stop" sign?', "all")
    assert asked(stop, "official") == ('Is there a "stop" sign? (a) Yes (b) No', ())
    assert asked(stop, "unified") == ('Is there a "stop" sign?', ("Yes", "No"))


def test_mmvp_rows_get_the_picture_of_their_number_not_of_their_place_in_the_folder(prepared):
    found = prepared("mmvp")
    names = sorted(path.name for path in (found.folder.parent / "source/MMVP Images").iterdir())
    assert names[:3] == ["1.jpg", "10.jpg", "11.jpg"]
    for name in found.samples:
        with Image.open(io.BytesIO(found.content(name))) as image:
            seen = np.array(image.getpixel((10, 10)))
        distances = [np.abs(seen - np.array(sources.colour(i))).max() for i in range(1, 15)]
        assert str(1 + int(np.argmin(distances))) == name


def test_mmstar(prepared):
    found = prepared("mmstar")
    options = {name: "|".join(sample.options) for name, sample in found.samples.items()}
    assert options == {
        "0": "On the bed.|On the cat.|On a book.|On it.",
        "1": "red, green|blue|red, blue|green",
        "2": "2: 3|3: 2|A: 1|1: 1",
        "3": "The first|The second",  # padding is dropped
        "4": "One|Two|Three",
        "268": "nan|Two|One|Cannot be said",  # the gold, and so no padding
        "391": "Two|One|nan|Three",  # in the middle
        "392": "Two|One|nan",  # the gold and one padding
        "393": "<image 1>|<image 2>",
        "394": "(A)|(B)|(C)",
        "1000": "9|12|18|18",
        "1001": "10|5|7|2.5",  # no "Choices:"
        "1002": "7|5|9|8",  # "(D)8"
        "1003": "40|50",
        "1004": "Yes|No",
        "1005": "print(1)\\nprint(2)|print(12)",
        "1006": "this|that|it|none",
    }
    assert "".join(gold.letter for gold in golds(found).values()) == "ACCBAADCBCCBDBAAD"
    assert golds(found)["1"] == choice("C", "red, blue")
    assert golds(found)["392"] == choice("C", "nan")
    questions = {name: sample.question for name, sample in found.samples.items()}
    assert questions["0"] == "Where is the suitcase?"
    assert questions["394"] == "At which of (A), (B) and (C) is it solid?"
    assert questions["1001"] == "What is the sum?"
    assert questions["1003"] == "$m=130$_x000D_\nand $n=20$?"
    assert questions["1004"] == "Is (A) before (B)?"
    assert questions["1006"] == "Look.\nWhich one is it?"
    sample = found.samples["391"]
    assert sample.category == "fine-grained perception"
    assert sample.groups == {"axis": "localization", "source": "MMMU"}
    # The official text is asked as it is, with its padding and its hint.
    for row in sources.rows("mmstar"):
        assert asked(found.samples[str(row["index"])], "official") == (row["question"], ())
    assert asked(found.samples["3"], "unified") == (
        "Which is brighter?",
        ("The first", "The second"),
    )


def test_mmstar_with_its_errata_has_the_lost_words_again(tmp_path):
    folder = sources.write("mmstar", tmp_path / "source")
    entry = sources.entry("mmstar", folder, errata=["confirmed", "reported", "repaired"])
    found = prepare_entry(entry, tmp_path / "prepared").samples
    assert found["268"].options == ("None", "Two", "One", "Cannot be said")
    assert found["268"].gold["corrected"] == choice("A", "None")
    assert found["391"].options == ("Two", "One", "None", "Three")
    assert found["391"].gold["corrected"] == choice("D", "Three")
    assert len(found["268"].errata) == 1
    assert found["392"].errata == ()


def test_scienceqa(prepared):
    found = prepared("scienceqa")
    assert golds(found) == {
        "0": choice("A", "Maine"),
        "1": choice("C", "if it lands"),
        "2": choice("A", "away from it"),
        "3": choice("B", "towards it"),
        "4": choice("E", "eel"),
        "5": choice("D", "four"),
        "6": choice("A", "10°C"),
    }
    assert [len(sample.options) for sample in found.samples.values()] == [4, 3, 2, 2, 5, 4, 2]
    north, test, blank = (found.samples[name] for name in ("0", "1", "5"))
    assert test.hint == "People can use engines.\nA parachute slows down.\n"
    assert [sample.groups["context"] for sample in (north, test, blank)] == [
        "image", "text and image", "image",
    ]  # fmt: skip
    assert test.category == "social science"
    assert test.groups == {
        "topic": "geography", "grade": "grade3", "task": "closed choice", "skill": "Read a map",
        "topic category": "Geography", "context": "text and image",
    }  # fmt: skip
    assert asked(test, "official") == (
        "Question: What could the test show?\nContext: People can use engines.\nA parachute slows "
        "down.\nOptions: (A) if it swings (B) if it falls (C) if it lands\nAnswer:",
        (),
    )
    assert asked(north, "official")[0].splitlines()[1] == "Context: N/A"
    assert asked(blank, "official")[0].splitlines()[1] == "Context: N/A"
    assert asked(test, "unified") == (
        "Context: People can use engines.\nA parachute slows down.\n\nWhat could the test show?",
        ("if it swings", "if it falls", "if it lands"),
    )
    assert asked(blank, "unified") == ("Which of them?", ("one", "two", "three", "four"))


@pytest.mark.parametrize("name", sources.SAMPLES)
def test_pictures_are_those_of_the_source_byte_for_byte_and_once_per_content(prepared, name):
    found = prepared(name)
    contents = [row["picture"] for row in sources.rows(name) if row["picture"] is not None]
    assert len(found.samples) == len(contents) == sources.SAMPLES[name]
    for sample, content in zip(found.samples.values(), contents, strict=True):
        digest = hashlib.sha256(content).hexdigest()
        assert (sample.image.sha256, sample.image.bytes) == (digest, len(content))
        with Image.open(io.BytesIO(content)) as image:
            assert (sample.image.width, sample.image.height) == image.size
            assert sample.image.file == f"{digest}.{image.format.lower()}"
        assert found.content(sample.sample_id.partition("/")[2]) == content
    stored = {path.name for path in (found.folder / "images").iterdir()}
    assert stored == {sample.image.file for sample in found.samples.values()}
    assert len(stored) == len(set(contents)) == found.audit["images"]


def test_pictures_of_many_kinds_are_called_by_what_they_are(prepared):
    kinds = {name: sample.image.file[65:] for name, sample in prepared("mathvista").samples.items()}
    assert [kinds[name] for name in ("2", "3", "5", "7")] == ["jpeg", "png", "webp", "png"]
    with Image.open(io.BytesIO(prepared("mathvista").content("3"))) as image:
        assert image.mode == "RGBA"


def test_a_jpeg_of_several_pictures_is_kept(tmp_path):
    buffer = io.BytesIO()
    both = [Image.new("RGB", (30, 40), shade) for shade in ("red", "blue")]
    both[0].save(buffer, "MPO", save_all=True, append_images=both[1:])
    rows = sources.rows("mmvp")
    rows[0]["picture"] = buffer.getvalue()
    folder = sources.write("mmvp", tmp_path / "source", rows)
    found = prepare_entry(sources.entry("mmvp", folder), tmp_path / "prepared")
    assert found.content("1") == buffer.getvalue()
    assert (found.samples["1"].image.width, found.samples["1"].image.height) == (30, 40)


@pytest.mark.parametrize("name", sources.SAMPLES)
def test_shards_hold_the_samples_in_the_order_of_the_source(prepared, name):
    found = prepared(name)
    shards = [read_shard(path) for path in sorted((found.folder / "shards").iterdir())]
    assert [sample for shard in shards for sample in shard] == list(found.samples.values())
    assert {len(shard) for shard in shards[:-1]} == {SHARD}
    assert found.audit["samples"] == sources.SAMPLES[name]
    assert found.audit["skipped"] == {}


def test_a_split_in_several_files_is_read_in_their_order_and_no_other_split_with_it(tmp_path):
    rows = sources.rows("mathvision")
    for part, of in enumerate((rows[:5], rows[5:])):
        path = tmp_path / "source" / "data" / f"test-{part:05d}-of-00002.parquet"
        sources.write_table(path, "mathvision", of)
    other = tmp_path / "source" / "data" / "testmini-00000-of-00001.parquet"
    sources.write_table(other, "mathvision", rows[3:6])
    entry = sources.entry("mathvision", tmp_path / "source")
    found = prepare_entry(entry, tmp_path / "test")
    assert list(found.samples) == [row["id"] for row in rows]
    mini = prepare_entry({**entry, "split": "testmini", "samples": 3}, tmp_path / "testmini")
    assert list(mini.samples) == ["1", "59", "303"]


# From a hub: the same samples as from a folder with its files.

REPO, REVISION = "someone/benchmark", "5" * 40


@pytest.mark.parametrize("name", ["mmvp", "mathvista"])
def test_a_source_from_the_hub_gives_the_samples_of_its_folder(
    prepared, run_dmlr, monkeypatch, tmp_path, name
):
    source = prepared(name).folder.parent / "source"
    files = {
        path.relative_to(source).as_posix(): path.read_bytes()
        for path in source.rglob("*") if path.is_file()
    }  # fmt: skip
    with HubServer({**files, "README.md": b"not needed"}, REPO, REVISION) as server:
        for key in [key for key in os.environ if key.startswith(("HF_", "HUGGING"))]:
            monkeypatch.delenv(key)
        settings = {
            "HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1", "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }  # fmt: skip
        for key, value in settings.items():
            monkeypatch.setenv(key, value)
        entry = {**sources.entry(name, source), "folder": None, "hub": REPO, "revision": REVISION}
        out = tmp_path / "prepared"
        done = run_dmlr("prepare", "--settings", told(entry).model_dump_json(), "--out", out)
        assert done.returncode == 0, done.stderr
        assert not any(request.path.endswith("README.md") for request in server.requests)
    found = read(out)
    assert found.samples == prepared(name).samples
    for part in ("shards", "images"):
        assert tree(out / part) == tree(prepared(name).folder / part)
    first = next((tmp_path / "home").rglob("*.jpg" if name == "mmvp" else "*.parquet"))
    assert first.is_symlink()  # a link of the cache to a blob outside the folder


def tree(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow  # 3,040 pictures are made first
def test_3040_pictures_are_prepared(run_dmlr, tmp_path, capsys):
    """No time is asserted; it is printed for whoever measures. A process of its own checks no types."""
    generator = np.random.default_rng(5)
    rows, row = [], sources.rows("mathvision")[0]
    for number in range(3040):
        noise = generator.integers(0, 256, (150, 200, 3), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(noise).resize((400, 300)).save(buffer, "JPEG", quality=60)
        rows.append({**row, "id": str(number + 1), "picture": buffer.getvalue()})
    folder = sources.write("mathvision", tmp_path / "source", rows)
    entry = sources.entry("mathvision", folder, samples=3040)
    settings, out = told(entry, shard_size=50).model_dump_json(), tmp_path / "prepared"
    started = time.perf_counter()
    done = run_dmlr("prepare", "--settings", settings, "--out", out)
    seconds = time.perf_counter() - started
    assert done.returncode == 0, done.stderr
    found = read(out)
    assert len({sample.image.sha256 for sample in found.samples.values()}) == 3040
    size = sum(len(row["picture"]) for row in rows)
    with capsys.disabled():
        print(f"\n3040 pictures, {size / 1e6:.0f} MB, prepared in {seconds:.1f} s")
