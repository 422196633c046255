"""Sources that are not what they should be: each fault is one line that says where and what to do.

A fault is made by changing a row before the source is written, or by spoiling its files afterwards.
"""

import json
import struct
import zipfile
import zlib

import pyarrow.parquet as pq
import pytest

from dmlr.datasets.prepare import prepare
from dmlr.datasets.shard import read_shard
from dmlr.errors import DataError
from tests import sources
from tests.preparing import prepare_entry, told


def changed(name, number, **fields):
    """The rows of a source, one of them with other fields."""
    found = sources.rows(name)
    found[number] = {**found[number], **fields}
    return found


def without(name, column):
    return [{key: row[key] for key in row if key != column} for row in sources.rows(name)]


def refused(tmp_path, name, rows=None, spoil=None, **changes):
    """The lines that a source is refused with; ``{source}`` in them stands for its folder."""
    folder = sources.write(name, tmp_path / "source", rows)
    if spoil is not None:
        spoil(folder)
    with pytest.raises(DataError) as error:
        prepare(told(sources.entry(name, folder, **changes)), tmp_path / "prepared")
    assert not (tmp_path / "prepared" / "shards").exists()
    return str(error.value).replace(str(folder), "{source}").splitlines()


def table(name):
    return "{source}/" + sources.TABLES[name][1]


@pytest.mark.parametrize(
    ("name", "changes", "line"),
    [
        (
            "mathvista",
            {"samples": 1000},
            "own: must have 1000 rows (benchmark_catalog.own.samples), found 11",
        ),
        (
            "scienceqa",
            {"samples": 11},
            "own: must have 11 rows (benchmark_catalog.own.samples), found 7",
        ),
        (
            "hallusionbench",
            {"groups": {"figure": 346}},
            "own: must have 346 by figure (benchmark_catalog.own.groups), found 10",
        ),
        (
            "mmstar",
            {"groups": {"category": {"math": 250}}},
            "own: must have {'math': 250} by category (benchmark_catalog.own.groups), found "
            "{'coarse perception': 5, 'fine-grained perception': 5, 'math': 7}",
        ),
    ],
)
def test_another_number_of_rows_or_groups(tmp_path, name, changes, line):
    assert refused(tmp_path, name, **changes) == [line]


def test_every_wrong_count_is_named_at_once(tmp_path):
    groups = {"pair": 150, "category": 1}
    assert refused(tmp_path, "mmvp", samples=300, groups=groups) == [
        "own: must have 300 rows (benchmark_catalog.own.samples), found 14",
        "own: must have 150 by pair (benchmark_catalog.own.groups), found 7",
    ]


ROWS = {
    "no such choice": (
        "mathvista",
        changed("mathvista", 4, answer="no"),
        f"{table('mathvista')}: row 4: answer must be one of choices ['Yes', 'No'], got 'no'",
    ),
    "no number": (
        "mathvista",
        changed("mathvista", 0, answer="about 3"),
        f"{table('mathvista')}: row 0: answer must be a number, since answer_type is 'integer', got "
        "'about 3'",
    ),
    "no such option": (
        "mathvision",
        changed("mathvision", 2, answer="F"),
        f"{table('mathvision')}: row 2: answer must be the letter of one of 5 options, got 'F'",
    ),
    "index beyond the choices": (
        "scienceqa",
        changed("scienceqa", 4, answer=2),
        f"{table('scienceqa')}: row 4: answer must be an index of 2 choices, from 0 on, got 2",
    ),
    "index below the choices": (
        "scienceqa",
        changed("scienceqa", 4, answer=-1),
        f"{table('scienceqa')}: row 4: answer must be an index of 2 choices, from 0 on, got -1",
    ),
    "neither yes nor no": (
        "hallusionbench",
        changed("hallusionbench", 3, gt_answer="2"),
        f'{table("hallusionbench")}: row 3: gt_answer must be "0" or "1", got \'2\'',
    ),
    "question without a picture": (
        "hallusionbench",
        changed("hallusionbench", 3, visual_input="0"),
        f'{table("hallusionbench")}: row 3: visual_input must be "1" or "2" (the split image), got '
        "'0'",
    ),
    "letter behind the options": (
        "mmstar",
        changed("mmstar", 16, answer="E"),
        f"{table('mmstar')}: row 16: answer must be the letter of one of ['this', 'that', 'it', "
        "'none'], got 'E'",
    ),
    "letter of neither option": (
        "mmvp",
        changed("mmvp", 12, **{"Correct Answer": "(c)"}),
        "{source}/Questions.csv: row 12: Correct Answer must be one of the letters of '(a) Day (b) "
        "Night', got '(c)'",
    ),
    "options without letters": (
        "mmvp",
        changed("mmvp", 12, Options="Day or night"),
        "{source}/Questions.csv: row 12: Correct Answer must be one of the letters of 'Day or night', "
        "got '(a)'",
    ),
    "number that is none": (
        "mmvp",
        changed("mmvp", 12, Index="--13"),
        "{source}/Questions.csv: row 12: Index must be a whole number, got '--13'",
    ),
    "id twice": (
        "mathvision",
        changed("mathvision", 3, id="290", picture=sources.picture(9)),
        "own/290: id must be unique, found 2 times",
    ),
    "half a character": (
        "mm-math",
        changed("mm-math", 1, question="How many \ud835?"),
        "own/50000002: texts must be whole characters, found half of a surrogate pair",
    ),
    "text where there must be a list": (
        "mm-math",
        changed("mm-math", 1, knowledge="Triangles"),
        "{source}/MM_Math/MM_Math.jsonl: line 2: knowledge must be an object, got 'Triangles'",
    ),
    "field left out": (
        "mm-math",
        without("mm-math", "solution"),
        "{source}/MM_Math/MM_Math.jsonl: line 1: must have the columns question, file_name, solution, "
        "year, difficult; lacks solution (found file_name, question, year, difficult, knowledge): is "
        "it another data set, or another revision?",
    ),
    "column left out": (
        "mathvision",
        without("mathvision", "level"),
        f"{table('mathvision')}: must have the columns id, question, options, answer, level, subject, "
        "decoded_image; lacks level (found id, question, options, image, decoded_image, answer, "
        "solution, subject): is it another data set, or another revision?",
    ),
}


@pytest.mark.parametrize("fault", ROWS)
def test_a_row_that_is_not_as_the_data_set_has_it_is_one_line(tmp_path, fault):
    name, rows, line = ROWS[fault]
    # Both rows of an id that stands twice are named.
    assert list(dict.fromkeys(refused(tmp_path, name, rows))) == [line]


def cut(path, share=0.5):
    """End a file early."""
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])


def no_column(folder):
    path = folder / sources.TABLES["mmstar"][1]
    pq.write_table(pq.read_table(path).drop_columns(["image"]), path)


FILES = {
    "parquet cut short": (
        "mathvista",
        lambda folder: cut(folder / sources.TABLES["mathvista"][1]),
        f"{table('mathvista')}: must be a whole Parquet file (Parquet magic bytes not found in footer.",
    ),
    "parquet without its head": (
        "mathvista",
        lambda folder: (folder / sources.TABLES["mathvista"][1]).write_text("version https://git-lfs"),
        f"{table('mathvista')}: must be a whole Parquet file (",
    ),
    "no column of pictures": (
        "mmstar",
        no_column,
        f"{table('mmstar')}: must have the columns index, question, answer, category, l2_category, "
        "image; lacks image (found ",
    ),
    "no table": (
        "mmvp",
        lambda folder: (folder / "Questions.csv").write_text('"a" or b\n'),
        "{source}/Questions.csv: line 1 must be CSV (",
    ),
    "web page for a table": (
        "mmvp",
        lambda folder: (folder / "Questions.csv").write_text("<html>404</html>\n"),
        "{source}/Questions.csv: must have the columns Index, Question, Options, Correct Answer; lacks ",
    ),
    "no UTF-8": (
        "mmvp",
        lambda folder: (folder / "Questions.csv").write_bytes(b"Index,Question\xff\n"),
        "{source}/Questions.csv: must be a readable UTF-8 file (",
    ),
    "no JSON": (
        "mm-math",
        lambda folder: cut(folder / "MM_Math/MM_Math.jsonl", 0.99),
        "{source}/MM_Math/MM_Math.jsonl: line 5 must be a JSON object (",
    ),
    "zip cut short": (
        "mm-math",
        lambda folder: cut(folder / "MM_Math/MM_Math.zip"),
        "{source}/MM_Math/MM_Math.zip: must be a whole zip file (File is not a zip file); fetch it again",
    ),
    "file left out": (
        "mm-math",
        lambda folder: (folder / "MM_Math/MM_Math.zip").unlink(),
        "{source}: must hold the files of somebody/mm-math, lacks MM_Math/MM_Math.zip; run hf download ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FILES)
def test_a_file_that_is_not_whole_or_not_there_is_one_line(tmp_path, fault):
    name, spoil, start = FILES[fault]
    (line,) = refused(tmp_path, name, spoil=spoil)
    assert line.startswith(start)


def bomb(width, height):
    """A PNG of a few bytes that says it has so many pixels."""

    def chunk(kind, content):
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


PICTURES = {
    "bomb": (
        bomb(60000, 60000),
        "image must be a picture that Pillow can read, got Image size (3600000000 pixels) exceeds limit",
    ),
    "small bomb": (bomb(9000, 9000), "image must have at most 80000000 pixels, got 9000 x 9000"),
    "web page": (
        b"<!DOCTYPE html><html>503</html>",
        "image must be a picture, got a web page: a download that failed; fetch it again",
    ),
    "web page behind a mark": (
        b"\xef\xbb\xbf\n<html>503</html>",
        "image must be a picture, got a web page: a download that failed; fetch it again",
    ),
    "no picture": (
        b'{"error": "too many requests"}',
        "image must be a picture that Pillow can read, got bytes of no format it knows",
    ),
    "cut short": (
        sources.picture(1, "JPEG", size=(90, 90))[:-90],
        "image must be a picture that Pillow can read, got image file is truncated",
    ),
    "too slim": (
        sources.picture(1, size=(1, 300)),
        "image must be less than 200 times as long as wide, got 1 x 300",
    ),
}


@pytest.mark.parametrize("fault", PICTURES)
def test_a_picture_that_is_none_is_one_line_and_the_command_that_fetches_it(tmp_path, fault):
    content, line = PICTURES[fault]
    found = refused(tmp_path, "mmvp", changed("mmvp", 10, picture=content))
    assert len(found) == 2
    assert found[0].startswith(f"own/11: {line}")
    assert found[1].startswith("own: fetch pictures again with hf download ")


def test_just_not_too_slim_a_picture_is_kept(tmp_path):
    rows = changed("mmvp", 10, picture=sources.picture(1, size=(2, 399)))
    folder = sources.write("mmvp", tmp_path / "source", rows)
    found = prepare_entry(sources.entry("mmvp", folder), tmp_path / "prepared")
    assert (found.samples["11"].image.width, found.samples["11"].image.height) == (2, 399)


def test_pictures_that_are_missing_are_all_named_with_the_command_that_fetches_them(tmp_path):
    def spoil(folder):
        for number in (3, 10, 14):
            (folder / "MMVP Images" / f"{number}.jpg").unlink()

    found = refused(tmp_path, "mmvp", spoil=spoil, hub="MMVP/MMVP", revision="5" * 40)
    missing = "image {{source}}/MMVP Images/{0}.jpg is missing (No such file or directory)"
    assert found == [
        *(f"own/{number}: {missing.format(number)}" for number in (3, 10, 14)),
        f"own: fetch pictures again with hf download MMVP/MMVP --repo-type dataset --revision {'5' * 40} "
        "--include Questions.csv --include 'MMVP Images/*.jpg' --local-dir {source}; or set "
        "benchmark_catalog.own.on_missing_image: skip",
    ]  # fmt: skip


PARQUET = "test-00000-of-00001-3532b8d3f1b4047a.parquet"


@pytest.mark.parametrize("content", [None, b""])
def test_a_row_of_a_table_without_a_picture(tmp_path, content):
    found = refused(tmp_path, "mathvision", changed("mathvision", 1, picture=content))
    name = "images/10.jpg" if content is None else f"{PARQUET}, row 1"
    assert found[0] == f"own/10: image must not be empty, the source has no bytes for {name!r}"


def test_a_picture_that_the_zip_lacks(tmp_path):
    rows = changed("mm-math", 1, file_name="50000009.png", picture=None)
    found = refused(tmp_path, "mm-math", rows)
    assert found[0] == "own/50000009: image 50000009.png is missing in {source}/MM_Math/MM_Math.zip"


@pytest.mark.parametrize("where", ["checksum", "stream"])
def test_a_zip_with_a_damaged_picture(tmp_path, where):
    def spoil(folder):
        path = folder / "MM_Math" / "MM_Math.zip"
        with zipfile.ZipFile(path) as file:
            info = file.getinfo("MM_Math/50000002.png")
        content = bytearray(path.read_bytes())
        start = info.header_offset + 30 + len(info.filename)
        if where == "checksum":
            content[content.rindex(struct.pack("<I", info.CRC))] ^= 1
        else:
            content[start : start + 8] = b"\xff" * 8
        path.write_bytes(content)

    found = refused(tmp_path, "mm-math", spoil=spoil)
    line = "own/50000002: image 50000002.png cannot be read from {source}/MM_Math/MM_Math.zip ("
    assert found[0].startswith(line)
    assert len(found) == 2


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "out.png", "sub/../../x.png"])
def test_a_picture_outside_its_root(tmp_path, name):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "x.png").write_bytes(sources.picture(1))
    (root / "out.png").symlink_to(tmp_path / "x.png")
    (root / "in.png").write_bytes(sources.picture(2))
    (root / "link.png").symlink_to("in.png")
    rows = [
        {"prompt": "How many?", "solution": "3", "image_path": path}
        for path in ("in.png", name, "link.png")
    ]
    (tmp_path / "own.json").write_text(json.dumps(rows))
    entry = {"loader": "json", "source": "released-json", "released": str(tmp_path / "own.json")}
    entry |= {"image_root": str(root), "samples": 3}
    with pytest.raises(DataError) as error:
        prepare(told(entry), tmp_path / "prepared")
    assert str(error.value).splitlines() == [
        f"own/1: image must be a path inside {root}, got {name!r}",
        f"own: put the pictures under {root} (benchmark_catalog.own.image_root), or set "
        "benchmark_catalog.own.on_missing_image: skip",
    ]
    found = prepare_entry({**entry, "on_missing_image": "skip"}, tmp_path / "skipped")
    assert list(found.samples) == ["0", "2"]
    assert found.samples["2"].image == found.samples["0"].image


def test_samples_without_a_usable_picture_can_be_left_out(tmp_path):
    rows = sources.rows("mmvp")
    rows[0]["picture"] = None
    for number in (4, 5, 6, 7):
        rows[number]["picture"] = b"<html>503</html>"
    folder = sources.write("mmvp", tmp_path / "source", rows)
    entry = sources.entry("mmvp", folder, on_missing_image="skip")
    found = prepare_entry(entry, tmp_path / "prepared")
    shards = [read_shard(path) for path in sorted((found.folder / "shards").iterdir())]
    numbers = [[int(sample.sample_id.partition("/")[2]) for sample in shard] for shard in shards]
    # Every other sample is in the shard that it is in with all pictures.
    assert numbers == [[2, 3, 4], [], [9, 10, 11, 12], [13, 14]]
    page = "image must be a picture, got a web page: a download that failed; fetch it again"
    assert found.audit["skipped"] == {
        "1": f"image {folder}/MMVP Images/1.jpg is missing (No such file or directory)",
        **dict.fromkeys(["5", "6", "7", "8"], page),
    }
    assert found.audit["samples"] == len(found.samples) == 9
    assert found.audit["labels"]["official"]["answers"] == 9


def test_a_source_without_any_usable_picture_is_refused_all_the_same(tmp_path):
    rows = [{**row, "picture": b"none"} for row in sources.rows("mmvp")]
    found = refused(tmp_path, "mmvp", rows, on_missing_image="skip")
    assert found[0] == "own: must have a usable picture, none of 14 rows has one"


def test_a_folder_without_a_hub_id_has_no_command_to_fetch_it(tmp_path):
    entry = sources.entry("mm-math", tmp_path, hub=None)
    with pytest.raises(DataError) as error:
        prepare_entry(entry, tmp_path / "out")
    assert str(error.value).startswith(
        f"{tmp_path}: must hold the files of the data set, lacks MM_Math/"
    )
    assert str(error.value).endswith("run what made that folder (its entry names no hub data set)")
