"""The audit of a file that somebody brings: what it finds, prints, and how it refuses."""

import json

import pytest
from PIL import Image

from dmlr.cli import main
from dmlr.datasets.audit_file import Request, audit_of

FAR = "dataset/scienceqa/images/test/"
ENTRIES = [
    # (prompt, solution, picture)
    ("Which?\n\nOptions:\nA. left\nB. right", "", "0.png"),
    ("Which?\n\nOptions:\nA. left\nB. right", "B. right", "1.png"),
    ("Which?\n\nOptions:\nA. left\nB. right", "B. right", "1.png"),
    ("Which?\n\nOptions:\nA. left\nB. right", "A. left", "1.png"),
    ("Which \\n one?\n\nOptions:\nA. up\nB. up\nC. down", "C. down", "2.png"),
    ("Name <image1> or <image2>.\n\nOptions:\nA. (x\nB. y", "D. z", "3.png"),
    ("Tell.\n\nOptions:\nA. one\nB. two", "B. three", "4.png"),
]


@pytest.fixture
def own(tmp_path):
    def written(entries=ENTRIES, prefix=""):
        path = tmp_path / "own.json"
        rows = [
            {"prompt": prompt, "solution": solution, "image_path": prefix + picture}
            for prompt, solution, picture in entries
        ]
        path.write_text(json.dumps(rows))
        return path

    return written


def findings(found):
    return {one["check"]: one["samples"] for one in found["findings"]}


def test_every_doubt_is_found_with_its_rows(own):
    found = audit_of(Request(own()))
    assert (found["samples"], found["images"], found["source"]["loader"]) == (7, 5, "json")
    assert findings(found) == {
        "no gold": ["0"],
        "gold names no option": ["5"],
        "gold text is not its option": ["6"],
        "equal options": ["4"],
        "unbalanced option": ["5"],
        "literal backslash-n": ["4"],
        "several image markers": ["5"],
        "repeated question": ["0", "1", "2", "3"],
        "repeated question, other gold": ["0", "1", "2", "3"],
        "duplicate": ["1", "2", "3"],
        "conflict": ["1", "2", "3"],
    }
    assert found["labels"]["official"] == {
        "reachable": 5, "answers": 6, "empty": 1, "kinds": {"choice": 6}, "letters": {"A": 1, "B": 3, "C": 1, "D": 1},
    }  # fmt: skip
    floor = {"labels": "official", "metric": "accuracy", "answer": "B", "correct": 3, "of": 6}
    assert found["floors"][0] == floor
    ceiling = {"labels": "official", "rules": "boxed", "reachable": 5, "of": 7}
    assert found["ceilings"] == [ceiling]


def test_the_first_rows_alone(own):
    found = audit_of(Request(own(), max_samples=2))
    assert (found["samples"], found["subset"]) == (2, {"of": 7, "chosen": 2, "max_samples": 2})


def test_empty_golds_of_the_authors_scienceqa_file_are_repaired_to_a(own):
    found = audit_of(Request(own(prefix=FAR)))
    assert found["source"]["loader"] == "scienceqa"
    assert findings(found)["released is not corrected"] == ["0"]
    assert [
        (e["sample"], e["new"], e["status"]) for e in found["errata"] if e["outcome"] == "applied"
    ] == [("0", "A", "repaired")]
    reachable = {one["labels"]: one["reachable"] for one in found["ceilings"]}
    assert reachable == {"released": 5, "corrected": 6}


def test_pictures_are_read_where_a_root_is_given(own, tmp_path):
    for number, colour in enumerate(["red", "red", "blue", "green"]):
        Image.new("RGB", (5, 7), colour).save(tmp_path / f"{number}.png")
    found = audit_of(Request(own(), image_root=tmp_path))
    assert found["images"] == 3
    assert findings(found)["equal pictures"] == ["0", "1", "2", "3"]
    assert list(found["skipped"]) == ["6"]
    assert found["skipped"]["6"].endswith("4.png is missing (No such file or directory)")


def test_the_command_prints_tables_and_json(own, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "150")
    with pytest.raises(SystemExit, match="0"):
        main(["audit", str(own())])
    text = capsys.readouterr().out
    assert "own (json): 7 samples of 7 rows, 5 pictures" in text
    assert "71.4 % (5 of 7, rules boxed)" in text
    assert "always B: 50.0 %" in text
    assert "4 in 1 group" in text
    with pytest.raises(SystemExit, match="0"):
        main(["audit", str(own()), "--json"])
    assert json.loads(capsys.readouterr().out)["samples"] == 7


def test_a_folder_that_is_no_benchmark_and_a_file_that_is_no_json_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit, match="1"):
        main(["audit", str(tmp_path)])
    assert "must be a JSON file or the folder of a prepared benchmark" in capsys.readouterr().err
    (tmp_path / "x.json").write_text("<html>")
    with pytest.raises(SystemExit, match="1"):
        main(["audit", str(tmp_path / "x.json")])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"dmlr: error: {tmp_path}/x.json: must be a JSON file")


def test_a_loader_that_does_not_exist_is_refused(own, capsys):
    with pytest.raises(SystemExit, match="1"):
        main(["audit", str(own()), "--loader", "mathvist"])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("dmlr: error: --loader: must be one of mathvista, mathvision,")


def test_a_gold_that_is_no_option_is_named_and_no_letter_is_guessed(own):
    entries = [
        ("Which?\nOptions:\nA. cat\nB. dog", gold, "a.png")
        for gold in ("bird", "dog", "the answer is B")
    ]
    found = audit_of(Request(own(entries)))
    assert findings(found)["gold is no option"] == ["0", "2"]
    assert found["labels"]["official"]["letters"] == {"B": 1}


def test_without_a_single_picture_and_with_an_unknown_source_it_stops(own, tmp_path, capsys):
    for option in (["--image-root", str(tmp_path)], ["--official", str(tmp_path)]):
        with pytest.raises(SystemExit, match="1"):
            main(["audit", str(own()), *option])
    first, second = capsys.readouterr().err.splitlines()
    assert "own.json: no row has a usable picture; 0: image" in first
    assert second.startswith(
        "dmlr: error: --official: goes with a benchmark's file; this one is not"
    )


def test_a_file_called_like_a_benchmark_has_not_its_errata(own):
    path = own().rename(own().with_name("mmvp.json"))
    assert audit_of(Request(path))["errata"] == []


def test_ids_that_stand_twice_are_refused(own, capsys):
    path = own()
    rows = [{**row, "idx": 4} for row in json.loads(path.read_text())]
    path.write_text(json.dumps(rows))
    with pytest.raises(SystemExit, match="1"):
        main(["audit", str(path)])
    assert capsys.readouterr().err == "dmlr: error: own/4: id must be unique, found 7 times\n"


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 0}', "x"])
def test_a_damaged_audit_is_one_line(tmp_path, capsys, text):
    (tmp_path / "audit.json").write_text(text)
    with pytest.raises(SystemExit, match="1"):
        main(["audit", str(tmp_path)])
    (line,) = capsys.readouterr().err.splitlines()
    assert "audit.json cannot be read" in line
