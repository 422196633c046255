"""The authors' file beside its official source: one sample with three golds and both wordings."""

import json

import pytest

from dmlr.datasets.audit_file import Request, audit_of
from dmlr.errors import DataError
from dmlr.records import Prediction
from dmlr.verify.protocol import Protocol
from dmlr.verify.scoring import by_rules
from dmlr.wording import asked
from tests import sources
from tests.preparing import prepare_entry

FOLDER = "dataset/math_vision/dataset/math_vision/images"
# The authors' order, their backslashes, their commas: official options of 39 are "1, 2", "2,3 and 4", "1,40", ...
PROMPTS = {
    "39": "Solve.\\n Question: Which pair?\n<image1>\\n Options: A. 1, B. 2, C. 2, D. 3 and 4, E. 1",
    "290": "Solve.\\n Question: Which  number?\n<image1>",
    "10": "Solve.\\n Question: Which of the following?\n<image1>\\n Options: A. A, B. B, C. C, D. D, E. E",
}
SOLUTIONS = {"39": "C. 2", "290": "", "10": "D. D"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = sources.write("mathvision", tmp_path_factory.mktemp("official"))
    entries = [
        {"prompt": PROMPTS[name], "solution": SOLUTIONS[name], "image_path": f"{FOLDER}/{name}.png"}
        for name in PROMPTS
    ]
    (made / "math_vision.json").write_text(json.dumps(entries))
    return made


def entry(folder, **changes):
    released = {
        "source": "released-json",
        "released": str(folder / "math_vision.json"),
        "samples": 3,
    }
    return sources.entry("mathvision", folder, **(released | changes))


def letters(sample):
    return {name: gold and (gold.letter or gold.text) for name, gold in sample.gold.items()}


def test_three_golds_official_options_and_picture_and_the_authors_words(folder, tmp_path):
    prepared = prepare_entry(entry(folder, prompt_source="released"), tmp_path)
    assert list(prepared.samples) == ["39", "290", "10"]  # the authors' order
    assert {name: letters(sample) for name, sample in prepared.samples.items()} == {
        "39": {"released": "C", "official": "C", "corrected": "C"},
        "290": {"released": None, "official": "60", "corrected": "60"},
        "10": {"released": "D", "official": "E", "corrected": "E"},
    }
    sample = prepared.samples["39"]
    assert sample.options == ("1, 2", "2,3 and 4", "1,40", "4, 5, 6", "7")
    assert (sample.category, sample.groups["level"]) == ("algebra", "3")
    assert prepared.content("39") == sources.rows("mathvision")[2]["picture"]
    assert asked(sample) == (PROMPTS["39"], ())


def official(protocol, sample, answer):
    """What the rules say under the official labels."""
    found = {
        one.labels: one.decision for one in by_rules(protocol, "mathvision", [(sample, answer)])
    }
    return found["official"]


def test_a_reply_is_judged_by_the_options_that_were_asked(folder, tmp_path):
    """The authors' prompt offers E as "1"; the official sample has "7" there."""
    sample = prepare_entry(entry(folder, prompt_source="released"), tmp_path).samples["39"]
    protocol = Protocol(rules="boxed")
    for reply, expected in {"3 and 4": "D", "7": None}.items():
        answer = Prediction(sample_id=sample.sample_id, status="ok", text=f"\\boxed{{{reply}}}")
        found = official(protocol, sample, answer)
        unified = sample.model_copy(update={"prompt_source": "unified"})
        other = official(protocol, unified, answer)
        assert (found.verdict, found.extracted) == (
            ("wrong", "D") if expected else ("unparsed", "7")
        )
        assert other.verdict == ("unparsed" if expected else "wrong")


def test_the_audit_says_what_differs(folder, tmp_path):
    audit = prepare_entry(entry(folder), tmp_path).audit
    found = {one["check"]: one for one in audit["findings"]}
    assert found["no gold"]["samples"] == ["290"]
    assert found["released options differ"]["details"] == {"39": "5 for 5; A is '1' for '1, 2'"}
    assert found["released is not official"]["details"] == {"290": "empty / 60", "10": "D / E"}
    assert found["gold text is not its option"]["details"] == {"39": "C. '2'"}
    assert audit["labels"]["released"]["reachable"] == 2
    assert audit["subset"] == {"of": 3, "chosen": 3}
    assert list(audit["source"]["files"]) == [
        "data/test-00000-of-00001-3532b8d3f1b4047a.parquet", "math_vision.json",
    ]  # fmt: skip


def test_the_command_joins_too(folder):
    request = Request(folder / "math_vision.json", official=folder)
    tops = {one["labels"]: (one["reachable"], one["of"]) for one in audit_of(request)["ceilings"]}
    assert tops == {"released": (2, 3), "official": (3, 3), "corrected": (3, 3)}


def test_in_official_order_the_rest_has_no_released_gold_and_no_released_prompt(folder, tmp_path):
    official = {"source": "official", "samples": 13}
    prepared = prepare_entry(entry(folder, **official), tmp_path / "unified")
    assert len(prepared.samples) == 13
    assert sum(sample.gold["released"] is not None for sample in prepared.samples.values()) == 2
    with pytest.raises(DataError) as error:
        prepare_entry(entry(folder, **official, prompt_source="released"), tmp_path / "released")
    first, *rest = str(error.value).splitlines()
    assert first == "own/1: prompt_source must be one that the row has, it has no released prompt"
    assert len(rest) == 9


def test_a_file_of_another_data_set_is_refused(folder, tmp_path):
    other = tmp_path / "other.json"
    other.write_text(
        json.dumps([{"prompt": "Q?", "solution": "1", "image_path": f"{FOLDER}/290.png"}])
    )
    with pytest.raises(
        DataError, match=r"other\.json: prompts must hold the official questions, 1 of 1"
    ):
        prepare_entry(entry(folder, released=str(other), samples=1), tmp_path / "out")
