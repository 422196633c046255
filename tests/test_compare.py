"""``dmlr compare``: two runs answer by answer, by the command line as a user types it."""

import json
import re

import pytest

from dmlr.errors import ConfigError
from dmlr.store.compare import Asked
from dmlr.store.compare import compare as compare_runs
from tests.marked import database

# Pairs: 6. Right in both 0 and 1, in twist alone 2 and 3, in plain alone 4, in neither 5 (B and C).
# Sample 6 is scored in twist alone, 7 in plain alone; 8 was answered by none.
MARKS = {"twist": "++++--+?!", "plain": "++--+x!+!"}
TOLD = {
    "twist": {"method": "dmlr", "sigma": 0.2, "keep": "candidate"},
    "plain": {"method": "dmlr", "sigma": 0.1, "keep": "updated"},
    "plain-too": {"method": "vanilla"},
}
MADE = {"twist": {"platform": "here", "packages": {"torch": "2.1"}}}


def runs(marks, labels=("official", "released")):
    return {
        name: {(protocol, one): mark for protocol in ("paper", "strict") for one in labels}
        for name, mark in marks.items()
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    found = runs(MARKS | {"plain-too": "+" * 9})
    return database(folder, {"own": found, "another": found}, profiles=TOLD, made=MADE)


@pytest.fixture
def compare(run_dmlr, built):
    return lambda *words: run_dmlr("compare", *words, "--database", built)


def lines(text):
    """What is printed, without the frames of tables and without empty lines."""
    plain = re.sub(r"[┃│┏┓┗┛┡┩└┘━─┳┴╇┻╈┬┼╭╮╰╯]+", " ", text)
    return [" ".join(line.split()) for line in plain.splitlines() if line.strip()]


def test_counts_flips_and_what_differs_first(compare):
    done = compare("own--m--twist", "own--m--plain--")
    assert (done.returncode, done.stderr) == (0, "")
    assert lines(done.stdout) == [
        "A: own--m--twist--seed-3",
        "B: own--m--plain--seed-3",
        "protocol paper, official labels",
        # Wilson's intervals of 5 of 7 and of 4 of 7.
        "accuracy: A 71.4 [35.9, 91.8], B 57.1 [25.0, 84.2]",
        "A less B: +16.7 [-40.0, +80.0] (p = 1) on 6 samples that both have a score for",
        "right: both 2, A alone 2, B alone 1, none 1",
        "other answers: 0 where both are right, 1 where none is",
        "the same reply, letter by letter: 3 of 9 samples",  # 0, 1 and 8
        "1 samples have a score in A alone",
        "1 samples have a score in B alone",
        "right in A alone",
        "sample A B gold",
        "own/2 A B A. a pear",
        "own/3 A B A. a pear",
        "right in B alone",
        "sample A B gold",
        "own/4 B A A. a pear",
        "What they came from differs first in profile.keep: candidate in A, updated in B.",
        "then in A B",
        "profile.sigma 0.2 0.1",
        "packages.torch 2.1 –",
        "platform here –",
    ]


def test_the_same_for_a_machine(compare):
    done = compare("own--m--twist", "own--m--plain--", "--protocol", "strict", "--json")
    found = json.loads(done.stdout)
    assert (found["protocol"], found["labels"], found["n"]) == ("strict", "official", 6)
    assert [one["sample_id"] for one, _ in found["only_first"]] == ["own/2", "own/3"]
    assert found["only_second"][0][1] | {"gold": None} == {
        "sample_id": "own/4", "verdict": "correct", "score": 1, "compared": "A", "gold": None,
        "text": "so +", "device": "cpu",
    }  # fmt: skip
    assert next(iter(found["provenance"].items())) == ("profile.keep", ["candidate", "updated"])


def test_a_long_list_is_cut_unless_all_is_asked_for(run_dmlr, tmp_path):
    path = database(tmp_path, {"own": runs({"a": "+" * 23, "b": "-" * 23})})
    short = lines(run_dmlr("compare", "a", "b", "--database", path).stdout)
    assert sum(line.startswith("own/") for line in short) == 20
    assert "and 3 more; --all lists them" in short
    whole = lines(run_dmlr("compare", "a", "b", "--database", path, "--all").stdout)
    assert sum(line.startswith("own/") for line in whole) == 23


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("own--m--twist", "another--m--plain--"),
            "A and B: must be of one benchmark, got own and another: only answers to the same questions "
            "can be compared",
        ),
        (("own--m--twist", "own--m--twist"), "A and B: must be two runs, got own--m--twist--seed-3 twice"),
        (
            ("twist", "plain"),
            "A: must be a run, or a part of one run's name alone, got 'twist', which fits 2 of them: "
            "another--m--twist--seed-3, own--m--twist--seed-3",
        ),
        (
            ("own--m--twist", "own--m--none"),
            "B: must be a run, or a part of one run's name alone, got 'own--m--none', which fits none of "
            "them: another--m--plain--seed-3, another--m--plain-too--seed-3, another--m--twist--seed-3, "
            "own--m--plain--seed-3, own--m--plain-too--seed-3, own--m--twist--seed-3",
        ),
        (
            ("own--m--twist", "own--m--plain--", "--labels", "corrected"),
            "--labels: must be one that both runs are scored with (official, released), got 'corrected'",
        ),
        (
            ("own--m--twist", "own--m--plain--", "--protocol", "judge"),
            "--protocol: must be one that both runs are scored with (paper, strict), got 'judge'",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_line(built, words, message):
    told = dict(zip(words[2::2], words[3::2], strict=True))
    asked = Asked(*words[:2], built, built, told.get("--protocol"), told.get("--labels"))
    with pytest.raises(ConfigError) as error:
        compare_runs(asked)
    assert str(error.value) == message


def test_a_part_of_the_name_is_enough_where_no_other_run_has_it(run_dmlr, tmp_path):
    path = database(tmp_path, {"own": runs(MARKS | {"plain-too": "+" * 9})})
    # The profile plain is meant, although plain-too has it in its name as well.
    done = run_dmlr("compare", "twi", "plain", "--database", path)
    assert lines(done.stdout)[:2] == ["A: own--m--twist--seed-3", "B: own--m--plain--seed-3"]


def test_a_run_of_another_database_may_have_other_samples_and_golds(run_dmlr, built, tmp_path):
    # Under the released labels there is no gold for sample 1 there, and no samples 4 to 8.
    other = database(tmp_path, {"own": runs({"plain": "+.--"}, labels=("released",))})
    done = run_dmlr("compare", "own--m--plain--", "plain", "--database", built, "--other", other)
    found = lines(done.stdout)
    assert "protocol paper, released labels" in found
    assert "A less B: +0.0 (p = 1) on 3 samples that both have a score for" in found
    assert "1 samples have a score in A alone" in found
    assert "5 samples have no answer in B" in found
    assert "1 samples have another gold" in found


def test_an_answer_that_another_device_gave_otherwise_is_shown_with_both_devices(
    run_dmlr, tmp_path
):
    card, other = "NVIDIA H100", "NVIDIA A100"
    made = {"dmlr": {"device": "cuda"}}
    here = database(tmp_path / "here", {"own": runs({"dmlr": "+++-"})}, made=made, devices=[card])
    there = database(
        tmp_path / "there", {"own": runs({"dmlr": "+-+-"})}, made=made, devices=[card, other, card]
    )
    done = run_dmlr("compare", "dmlr", "dmlr", "--database", here, "--other", there)
    assert (done.returncode, done.stderr) == (0, "")
    found = lines(done.stdout)
    assert "the same reply, letter by letter: 3 of 4 samples" in found
    assert f"answered on: A {card} (4); B {card} (3), {other} (1)" in found
    assert found[-4:] == [
        "right in A alone",
        "sample A B gold A on B on",
        f"own/1 A B A. a pear {card} {other}",
        "Nothing differs in what they came from.",
    ]
    words = ("dmlr", "dmlr", "--database", here, "--other", there, "--json")
    told = json.loads(run_dmlr("compare", *words).stdout)
    assert (told["first_devices"], told["second_devices"]) == ({card: 4}, {card: 3, other: 1})
    assert [one["device"] for one in told["only_first"][0]] == [card, other]


def test_a_file_that_is_no_database_is_one_line(run_dmlr, tmp_path):
    missing = run_dmlr("compare", "a", "b", cwd=tmp_path)
    assert missing.stderr == (
        "dmlr: error: results/dmlr.duckdb: must be a database of dmlr aggregate, found none; "
        "run snakemake tables\n"
    )
    (tmp_path / "text").write_text("none")
    broken = run_dmlr("compare", "a", "b", "--database", tmp_path / "text")
    assert broken.returncode == 1
    assert broken.stderr.startswith(f"dmlr: error: {tmp_path}/text: not a readable database (")
    assert len(broken.stderr.splitlines()) == 1
