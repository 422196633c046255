"""Errata as data: what each line does to a row, and what it says when it finds something else."""

import pytest

from dmlr.datasets.errata import Erratum, correct, read
from dmlr.datasets.pictures import held
from dmlr.datasets.source import SourceRow
from dmlr.errors import DataError
from dmlr.records import Gold

HEAD = "sample,field,old,new,source,reason,status\n"


def letter(name, text):
    return Gold(kind="choice", letter=name, text=text)


def row(official_id="7", **changes):
    fields = {
        "official_id": official_id, "question": "How many_x000D_?", "options": ("nan", "Two", "Three"),
        "gold": {"official": letter("A", "nan")}, "picture": held("p", b"p"), "category": "all",
        "groups": {},
    }  # fmt: skip
    return SourceRow(**(fields | changes))


def erratum(field, old, new, sample="7"):
    return Erratum(sample, field, old, new, "issue 1", "because", "confirmed")


def outcome(found, *errata):
    (corrected,), applied = correct([found], list(errata))
    return corrected, [one.outcome for one in applied]


def test_a_corrected_gold_stands_beside_the_official_one():
    found, outcomes = outcome(row(), erratum("gold", "A", "B"))
    assert outcomes == ["applied"]
    assert found.gold == {"official": letter("A", "nan"), "corrected": letter("B", "Two")}
    assert found.errata == ("gold: A -> B (because)",)


def test_without_errata_the_corrected_gold_is_the_official_one():
    found, outcomes = outcome(row())
    assert (found.gold["corrected"], outcomes, found.errata) == (letter("A", "nan"), [], ())


def test_a_source_that_is_repaired_already_and_one_that_is_another_say_so():
    assert outcome(row(), erratum("gold", "B", "A"))[1] == ["already"]
    found, outcomes = outcome(row(), erratum("gold", "C", "B"))
    assert (outcomes, found.gold["corrected"]) == (["stale"], letter("A", "nan"))


def test_no_answer_is_right():
    found, outcomes = outcome(row(), erratum("gold", "A", ""))
    assert (outcomes, found.gold["corrected"]) == (["applied"], None)


def test_an_option_gets_its_word_back_in_every_label_set_but_the_released_one():
    gold = {"released": letter("A", "nan"), "official": letter("A", "nan")}
    found, outcomes = outcome(row(gold=gold), erratum("option.A", "nan", "None"))
    assert outcomes == ["applied"]
    assert found.options == ("None", "Two", "Three")
    assert {name: one.text for name, one in found.gold.items()} == {
        "released": "nan", "official": "None", "corrected": "None",
    }  # fmt: skip
    assert outcome(row(), erratum("option.E", "nan", "None"))[1] == ["stale"]


def test_text_of_a_question():
    found, outcomes = outcome(row(), erratum("question", "_x000D_", ""))
    assert (found.question, outcomes) == ("How many?", ["applied"])


def test_a_released_gold_is_repaired_where_no_official_one_is_known():
    empty = row(gold={"released": None})
    found, outcomes = outcome(empty, erratum("released", "", "A", sample="*"))
    assert outcomes == ["applied"]
    assert found.gold == {"released": None, "corrected": letter("A", "nan")}


def test_an_erratum_for_every_sample_leaves_the_others_alone_and_one_of_its_own_comes_first():
    rows = [row("1", gold={"released": None}), row("2", gold={"released": letter("B", "Two")})]
    every, own = erratum("released", "", "A", sample="*"), erratum("released", "", "C", sample="1")
    corrected, applied = correct(rows, [every, own])
    assert [one.gold["corrected"].letter for one in corrected] == ["C", "B"]
    assert [(one.sample, one.erratum.new) for one in applied] == [("1", "C")]


def test_with_the_official_gold_at_hand_a_released_fault_is_checked_and_changes_nothing():
    gold = {"released": letter("B", "Two"), "official": letter("A", "nan")}
    found, outcomes = outcome(row(gold=gold), erratum("released", "B", "A"))
    assert (outcomes, found.gold["corrected"].letter, found.errata) == (["applied"], "A", ())
    assert outcome(row(gold=gold), erratum("released", "B", "C"))[1] == ["stale"]
    assert outcome(row(), erratum("released", "B", "A"))[1] == ["listed"]


def test_an_erratum_for_a_sample_that_is_not_there_and_a_letter_that_names_no_option_say_so():
    _, applied = correct([row()], [erratum("gold", "A", "B", sample="own/7")], ids={"7", "8"})
    assert [(one.sample, one.outcome) for one in applied] == [("own/7", "absent")]
    assert correct([row()], [erratum("gold", "A", "B", sample="8")], ids={"7", "8"})[1] == []
    found, outcomes = outcome(row(), erratum("gold", "A", "Z"))
    assert (outcomes, found.gold["corrected"]) == (["stale"], letter("A", "nan"))


def test_a_note_is_listed():
    found, outcomes = outcome(row(), erratum("note", "", ""))
    assert (outcomes, found.errata) == (["listed"], ())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("7,letter,A,B,issue,why,confirmed", "row 0: field must be gold, released, question, note or option.LETTER, got 'letter'"),
        ("7,gold,A,B,issue,why,sure", "row 0: status must be one of confirmed, reported, repaired, got 'sure'"),
        ("7,gold,A,B,,why,confirmed", "row 0: sample, source and reason must not be empty"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named(tmp_path, line, message):
    path = tmp_path / "own.csv"
    path.write_text(HEAD + line + "\n")
    with pytest.raises(DataError) as error:
        read(path)
    assert str(error.value) == f"{path}: {message}"


def test_a_file_without_the_columns_is_refused(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("sample,old,new\n")
    with pytest.raises(DataError, match=r"lacks field, source, reason, status"):
        read(path)
