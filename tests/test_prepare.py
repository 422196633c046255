import io
import json

import pytest
from PIL import Image

from dmlr.datasets.entry import Shapes
from dmlr.datasets.pictures import held
from dmlr.datasets.prepare import prepare, prepare_rows
from dmlr.datasets.shard import read_shard
from dmlr.datasets.source import SourceRow
from dmlr.datasets.told import PrepareSettings
from dmlr.errors import DataError, RecordError
from dmlr.provenance import fingerprint
from dmlr.records import Gold, Sample, read_records
from dmlr.sealed import sealed_line


def png(size=(5, 7)):
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, format="PNG")
    return buffer.getvalue()


def row(**changes):
    fields = {
        "official_id": "r1", "question": "Which?", "options": ("left", "right"),
        "gold": {"official": Gold(kind="choice", text="left", letter="A")},
        "picture": held("r1.png", changes.pop("image", png())), "category": "easy", "groups": {},
    }  # fmt: skip
    return SourceRow(**(fields | changes))


def gold(**fields):
    return {"official": Gold(**fields)}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"question": " "}, "own/r1: question must not be empty"),
        (
            {"gold": gold(kind="choice", text="up", letter="C"), "options": ()},
            "own/r1: gold.official must not be a choice without options, got C. up",
        ),
        (
            {"gold": gold(kind="integer", text="two")},
            "own/r1: gold.official must be an integer, got 'two'",
        ),
        (
            {"gold": gold(kind="yesno", text="")},
            "own/r1: gold.official must not be empty (use None where a label set has no answer)",
        ),
        (
            {"image": b"<html>404</html>"},
            "own/r1: image must be a picture, got a web page: a download that failed; fetch it again",
        ),
        (
            {"official_id": "../r1"},
            "own/../r1: id must be letters, digits, dots and dashes, got '../r1'",
        ),
        (
            {"image": b""},
            "own/r1: image must not be empty, the source has no bytes for 'r1.png'",
        ),
        (
            {"image": png((91, 83))[:-40]},
            "own/r1: image must be a picture that Pillow can read, got",
        ),
    ],
)
def test_a_bad_row_is_one_line_with_its_place_and_rule(tmp_path, changes, line):
    with pytest.raises(DataError) as error:
        prepare_rows("own", [row(**changes)], tmp_path)
    assert str(error.value).startswith(line)
    assert len(str(error.value).splitlines()) == 1


def test_all_bad_rows_are_listed_at_once(tmp_path):
    rows = [row(question=""), row(official_id="r2"), row(official_id="r3", image=b"x")]
    with pytest.raises(DataError) as error:
        prepare_rows("own", rows, tmp_path)
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == ["own/r1", "own/r3"]


def test_one_picture_of_two_rows_is_stored_once(tmp_path):
    samples = prepare_rows("own", [row(), row(official_id="r2")], tmp_path).samples
    assert len({sample.image.file for sample in samples}) == 1
    assert len(list(tmp_path.iterdir())) == 1
    image = samples[0].image
    assert (image.width, image.height, image.bytes) == (5, 7, len(png()))


def prepared(folder, samples=11, shards=("00000", "00001", "00002")):
    settings = PrepareSettings(
        code=fingerprint("prepare"),
        name="shapes",
        files={},
        benchmark=Shapes(loader="shapes", split="test", samples=samples, seed=7),
        shards=list(shards),
        shard_size=5,
    )
    prepare(settings, folder)
    return {path.name: path.read_bytes() for path in folder.glob("shards/*")}


def test_shards_are_contiguous_and_hold_every_sample_once(tmp_path):
    prepared(tmp_path)
    shards = [read_shard(tmp_path / "shards" / f"0000{i}.jsonl") for i in range(3)]
    assert [len(shard) for shard in shards] == [5, 5, 1]
    assert [sample for shard in shards for sample in shard] == read_records(
        tmp_path / "samples.parquet", Sample
    )
    audit = json.loads((tmp_path / "audit.json").read_text())
    assert (audit["samples"], audit["images"]) == (11, 6)
    assert audit["labels"]["official"]["empty"] == 0


def test_growing_the_benchmark_leaves_the_old_shards_as_they_were(tmp_path):
    before = prepared(tmp_path / "a", samples=10, shards=("00000", "00001"))
    after = prepared(tmp_path / "b", samples=15)
    assert {name: after[name] for name in before} == before


def test_a_shard_with_a_damaged_line_says_where(tmp_path):
    path = tmp_path / "00000.jsonl"
    path.write_bytes(sealed_line('{"sample_id": "x"}'))
    with pytest.raises(
        RecordError, match=r"00000.jsonl:1: question Field required; run dmlr prepare"
    ):
        read_shard(path)


def test_a_flipped_bit_of_a_question_or_a_gold_is_found(tmp_path):
    prepared(tmp_path)
    path = tmp_path / "shards" / "00001.jsonl"
    whole = path.read_bytes()
    first = whole.index(b"\n")
    for place in range(first + 1, len(whole), 29):
        path.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :]
        )
        with pytest.raises(RecordError, match=r"00001\.jsonl:[2-6]: must have the SHA-256 that it"):
            read_shard(path)
    path.write_bytes(whole[:-1])
    with pytest.raises(RecordError) as error:
        read_shard(path)
    assert str(error.value) == (
        f"{path}:5: must have the SHA-256 that it carries, has another: a part of it changed on the disk; "
        "remove the file and run again"
    )
