import pytest

from dmlr.errors import RecordError
from dmlr.records import (
    Gold,
    ImageFile,
    Prediction,
    Sample,
    TraceStep,
    Verdict,
    read_provenance,
    read_records,
    write_records,
)

SAMPLE = Sample(
    sample_id="shapes/test-0001",
    question='What, "exactly"?\n',
    options=("left, or so", "right"),
    gold={"official": Gold(kind="choice", text="right", letter="B"), "released": None},
    image=ImageFile(sha256="ab", file="ab.png", width=112, height=168, bytes=9),
    category="easy",
    groups={"kind": "side"},
)
TRACE = TraceStep(
    sample_id="shapes/test-0001", step=3, candidate_reward=0.25, reward=0.5, sigma=0.1,
    is_best=True, patch_count=8, patch_counts=[2, 3, 5], best_patches=[[1, 2], [4], []], patch_budget=16, think_norm=1.5, update_norm=0.01,
)  # fmt: skip
PREDICTION = Prediction(
    sample_id="shapes/test-0001", status="ok", text="\\boxed{B}", stop_reason="end",
    insertions=[[2, 3], [1]], triggers=7, best_patches=[[7, 2], [], [11]], best_step=-1, grid_rows=3, grid_columns=5,
)  # fmt: skip
VERDICT = Verdict(
    sample_id="shapes/test-0001", labels="official", verdict="unparsed", score=None,
    extracted=None, compared=None, rule="boxed", reason="no box",
)  # fmt: skip


@pytest.mark.parametrize("record", [SAMPLE, TRACE, PREDICTION, VERDICT])
def test_a_record_comes_back_as_it_was(tmp_path, record):
    path = tmp_path / "records.parquet"
    write_records(path, type(record), [record, record], {"code": "c0"})
    assert read_records(path, type(record)) == [record, record]
    assert read_provenance(path, type(record)) == {"code": "c0"}


def test_an_empty_shard_is_a_valid_file(tmp_path):
    write_records(tmp_path / "empty.parquet", TraceStep, [], {})
    assert read_records(tmp_path / "empty.parquet", TraceStep) == []


def test_records_of_another_kind_are_refused(tmp_path):
    path = tmp_path / "verdicts.parquet"
    write_records(path, Verdict, [VERDICT], {})
    with pytest.raises(
        RecordError,
        match=r"verdicts.parquet: must hold Prediction records of format 9, found Verdict of format 9",
    ):
        read_records(path, Prediction)


def test_a_half_written_file_is_refused(tmp_path):
    path = tmp_path / "half.parquet"
    write_records(path, Verdict, [VERDICT], {})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RecordError, match=r"half.parquet: not a readable Parquet file"):
        read_records(path, Verdict)


@pytest.mark.parametrize("record", [SAMPLE, TRACE, PREDICTION, VERDICT])
def test_a_flipped_bit_anywhere_is_found(tmp_path, record):
    path = tmp_path / "records.parquet"
    write_records(path, type(record), [record] * 5, {"seed": 42})
    whole = path.read_bytes()
    for place in range(0, len(whole), 211):
        path.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :]
        )
        for read in (read_records, read_provenance):
            with pytest.raises(RecordError, match=r"records\.parquet: .*remove it and run again$"):
                read(path, type(record))


def test_a_flipped_bit_is_one_line_that_says_what_to_do(tmp_path):
    path = tmp_path / "verdicts.parquet"
    write_records(path, Verdict, [VERDICT], {})
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    with pytest.raises(RecordError) as error:
        read_provenance(path, Verdict)
    assert str(error.value) == (
        f"{path}: must have the SHA-256 that it carries, has another: a part of it changed on the disk; "
        "remove it and run again"
    )


def test_a_text_that_looks_like_a_digest_disturbs_none(tmp_path):
    path = tmp_path / "verdicts.parquet"
    texts = ["0" * 64, f"dmlr.sha256{'0' * 64}", "f" * 64]
    found = [VERDICT.model_copy(update={"extracted": text}) for text in texts]
    write_records(path, Verdict, found, {"note": "0" * 64})
    assert read_records(path, Verdict) == found
