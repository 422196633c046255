import json
from pathlib import Path

import pytest

from dmlr.verify.extraction.extract import extract

CORPUS = Path(__file__).parent / "corpus" / "replies.jsonl"
ROWS = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_reply_is_read_as_a_person_reads_it(row):
    found = extract(row["reply"], row["kind"], tuple(row["options"]))
    told = f"{row['id']} ({row['why']}): {row['reply'][:200]!r} was read as {found}"
    assert found.value == row["value"], told
    assert row["value"] is not None or row["reason"] in found.reason, told


def test_the_corpus_is_large_and_repeats_nothing():
    cases = {(row["kind"], *row["options"], row["reply"]) for row in ROWS}
    assert len(ROWS) >= 300
    assert len({row["id"] for row in ROWS}) == len(cases) == len(ROWS)
    assert {row["kind"] for row in ROWS} == {
        "choice", "integer", "float", "list", "yesno", "expression",
    }  # fmt: skip


def test_a_row_has_an_answer_or_a_reason_and_says_what_is_hard():
    assert all((row["value"] is None) == bool(row.get("reason")) for row in ROWS)
    assert all(row["why"] for row in ROWS)
