"""Audits, features, judge calls and where a shard is from: rows of files that real stages write."""

import json

import duckdb
import pytest

from dmlr.datasets.shard import origin
from dmlr.errors import RecordError
from dmlr.files import file_digest, write_json
from dmlr.judge.asked import Asked, Reply
from dmlr.judge.ledger import Ledger
from dmlr.judge.ledger_call import Call
from dmlr.records import Verdict, write_records
from dmlr.store.database import build
from tests.test_database import results, settings  # noqa: F401  (a fixture)

AUDIT = {
    "format": 1, "benchmark": "own", "source": {"loader": "json", "files": {"own.json": "ab"}},
    "samples": 2, "images": 1, "skipped": {"7": "no picture"},
    "labels": {
        "official": {"answers": 2, "empty": 0, "reachable": 1},
        "corrected": {"answers": 1, "empty": 1, "reachable": 1},
    },
    "findings": [
        {
            "check": "letter that is not offered", "explains": "no reply can be right",
            "samples": ["1"], "labels": "official", "details": {"1": "C of A, B"},
        },
        {"check": "repeated", "explains": "twice", "samples": ["0", "1"], "labels": "", "details": {}},
    ],
    "floors": [{"labels": "official", "metric": "accuracy", "answer": "A", "correct": 1, "of": 2}],
}  # fmt: skip


def asked(folder, statement):
    path = folder / "dmlr.duckdb"
    build(settings(), folder, path)
    with duckdb.connect(str(path), read_only=True) as opened:
        return opened.execute(statement).fetchall()


def test_what_an_audit_counts_and_doubts(results):  # noqa: F811
    write_json(results / "benchmarks/own/audit.json", AUDIT)
    assert asked(results, "SELECT labels, samples, skipped, answers, empty, reachable FROM audits") == [
        ("official", 2, 1, 2, 0, 1), ("corrected", 2, 1, 1, 1, 1),
    ]  # fmt: skip
    assert asked(results, "SELECT sample_id, labels, doubt, details FROM audit_doubts") == [
        ("own/1", "official", "letter that is not offered", "C of A, B"),
        ("own/0", None, "repeated", None), ("own/1", None, "repeated", None),
    ]  # fmt: skip
    assert asked(results, "SELECT answer, correct, total FROM audit_floors") == [("A", 1, 2)]


def test_an_audit_of_another_format_is_one_line(results):  # noqa: F811
    path = results / "benchmarks/own/audit.json"
    write_json(path, AUDIT | {"format": 9})
    with pytest.raises(RecordError) as refused:
        asked(results, "SELECT 1")
    assert str(refused.value) == (
        f"{path}: cannot be read (must be of format 1, got 9); remove it and run snakemake again"
    )


def test_features_by_shard_and_shards_without_a_manifest(results):  # noqa: F811
    write_json(
        results / "features/m/own/00001.json", {"model": {}, "features": {"ab": "cd.safetensors"}}
    )
    assert asked(results, "SELECT * FROM features") == [
        ("m", "own", "00001", "ab", "cd.safetensors")
    ]


def test_judge_calls_are_all_replies_to_the_calls_that_verdicts_refer_to(results):  # noqa: F811
    call, other = (
        Call(
            Asked("Is it?", ("a", "b"), "a", candidate), "judge", "http://localhost", "d" * 64, "{}"
        )
        for candidate in ("a", "b")
    )
    with Ledger.opened(results / "ledger.sqlite") as ledger:
        for one, said in ((call, "unparsed"), (call, "correct"), (other, "wrong")):
            ledger.add(one, Reply(said, said, None, "served", 7, 2, 0.5))
    judged = Verdict(
        sample_id="own/0", labels="official", verdict="correct", score=1, extracted="a",
        compared="a", rule="judge", judgement=call.key, judge_model="served", judge_reply="correct",
    )  # fmt: skip
    path = results / "verdicts/paper/own/m/vanilla/seed-3.parquet"
    write_records(path, Verdict, [judged], {"code": "v", "judge": {"model": "judge"}})
    assert asked(results, "SELECT judgement, options, reply FROM judge_calls ORDER BY time") == [
        (call.key, ["a", "b"], "unparsed"), (call.key, ["a", "b"], "correct"),
    ]  # fmt: skip
    ((content,),) = asked(
        results,
        "SELECT content FROM provenance JOIN runs ON id = provenance_id WHERE profile = 'vanilla'",
    )
    assert json.loads(content)["verdicts"]["paper"]["served_models"] == ["served"]


def test_a_shard_says_its_digest_and_its_source(results):  # noqa: F811
    shard = results / "benchmarks/own/shards/00000.jsonl"
    assert origin(shard) == {"shard": file_digest(shard), "source": None}
    write_json(results / "benchmarks/own/audit.json", AUDIT)
    assert origin(shard)["source"] == AUDIT["source"]
