"""The stages chains and attention as processes: what they write, resume, record and refuse."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dmlr.records import (
    AttentionMap,
    Chain,
    Embedding,
    Prediction,
    TraceStep,
    read_provenance,
    read_records,
    write_records,
)
from tests.measuring import Shard, main_of

DMLR = Path(sys.executable).with_name("dmlr")


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    return Shard(tmp_path_factory.mktemp("shard"))


@pytest.fixture(scope="module")
def predictions(shard):
    return shard.answer("vanilla")[0]


@pytest.fixture(scope="module")
def measured(shard, predictions):
    """The chains of a shard that nobody interrupts."""
    out = shard.folder / "whole" / "00000.chains.parquet"
    main_of(shard.chains(predictions, out))
    return read_records(out, Chain)


def journal_lines(out):
    found = list((out.parent / "journal").glob("*.jsonl"))
    return found[0].read_bytes().splitlines(keepends=True) if found else []


def test_a_chain_has_a_number_for_every_token_and_step_of_its_reply(shard, measured):
    assert [chain.sample_id for chain in measured] == [s.sample_id for s in shard.samples]
    for chain, sample in zip(measured, shard.samples, strict=True):
        assert (chain.status, chain.labels) == ("ok", "official")
        gold = sample.gold["official"]
        assert chain.gold == (gold.letter or gold.text)
        assert len(chain.dependency) == len(chain.log_probability) == chain.step_ends[-1] > 20
        assert len(chain.gold_log_probability) == len(chain.step_ends) + 1 >= 3
        # Each token is the most probable one, for vanilla's prompt wrote it.
        assert min(chain.log_probability) > -2


def test_what_names_things_of_the_picture_depends_on_it_and_what_copies_does_not(measured):
    first = [c.dependency[: c.step_ends[0]] for c in measured]
    later = [c.dependency[c.step_ends[0] :] for c in measured]
    means = [sum(map(sum, rows)) / sum(map(len, rows)) for rows in (first, later)]
    assert means[0] > 1 > 5 * means[1]


def test_kill_9_loses_no_finished_chain_and_measures_none_twice(
    shard, predictions, measured, tmp_path
):
    out = tmp_path / "00000.chains.parquet"
    command = [str(DMLR), *map(str, shard.chains(predictions, out))]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while len(journal_lines(out)) < 3:  # the head and two samples
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
    before = [line for line in journal_lines(out) if line.endswith(b"\n")]
    assert len(before) < 8
    assert not out.exists()
    main_of(shard.chains(predictions, out))
    after = journal_lines(out)
    assert after[: len(before)] == before
    keys = [json.loads(line)["key"] for line in after[1:]]
    assert len(keys) == len(set(keys)) == 7
    assert read_records(out, Chain) == measured


def test_a_broken_sample_is_recorded_and_the_others_are_measured(
    shard, predictions, measured, tmp_path, capsys
):
    names = json.loads(shard.manifest.read_text())["features"]
    broken = shard.samples[2].image.sha256
    hurt = {s.sample_id for s in shard.samples if s.image.sha256 == broken}
    path = shard.store / names[broken]
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    picture = shard.pictures / shard.samples[2].image.file
    picture.rename(picture.with_suffix(".away"))  # else the features would be made again
    out = tmp_path / "00000.chains.parquet"
    arguments = [*shard.chains(predictions, out)[:-1], "4"]
    try:
        main_of(arguments)
    finally:
        path.write_bytes(whole)
        picture.with_suffix(".away").rename(picture)
    found = read_records(out, Chain)
    assert {chain.sample_id for chain in found if chain.status == "failed"} == hurt
    failed = next(chain for chain in found if chain.status == "failed")
    assert "RecordError" in failed.error
    assert "cannot be made again" in failed.error
    assert "image is missing" in failed.error
    assert (failed.dependency, failed.gold_log_probability, failed.labels) == ([], [], None)
    note = json.loads((tmp_path / "00000.chains.failed.json").read_text())
    assert (note["attempts"], set(note["failed"])) == (1, hurt)
    capsys.readouterr()
    main_of(arguments)
    assert f"7 samples, {7 - len(hurt)} already in the journal" in capsys.readouterr().err
    for chain, expected in zip(read_records(out, Chain), measured, strict=True):
        assert chain.status == "ok"
        assert chain.dependency == pytest.approx(expected.dependency, abs=1e-4)


def test_a_failed_prediction_has_no_chain_and_an_empty_one_no_token(shard, predictions, tmp_path):
    found = read_records(predictions, Prediction)
    told = read_provenance(predictions, Prediction)
    failed = Prediction(sample_id=found[0].sample_id, status="failed", error="it was too hot")
    empty = found[1].model_copy(update={"text": ""})
    changed = tmp_path / "00000.predictions.parquet"
    write_records(changed, Prediction, [failed, empty, *found[2:]], told)
    out = tmp_path / "00000.chains.parquet"
    main_of(shard.chains(changed, out))
    first, second, *_ = read_records(out, Chain)
    assert (first.status, first.error) == ("failed", "the prediction failed: it was too hot")
    assert (second.status, second.dependency, second.step_ends) == ("ok", [], [])
    assert len(second.gold_log_probability) == 1
    # There is nothing here that another attempt could mend.
    assert not (tmp_path / "00000.chains.failed.json").exists()


def test_predictions_of_another_shard_are_refused(shard, predictions, tmp_path, capsys):
    found = read_records(predictions, Prediction)
    fewer = tmp_path / "00000.predictions.parquet"
    write_records(fewer, Prediction, found[:5], {})
    main_of(shard.chains(fewer, tmp_path / "00000.chains.parquet"), code=1)
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"dmlr: error: {fewer}: must hold a prediction of every sample of the shard, "
        f"lacks {found[5].sample_id} and 1 more; run snakemake again"
    )


@pytest.fixture(scope="module")
def traces(shard):
    return shard.answer("dmlr-paper")[1]


def test_attention_is_kept_for_the_first_samples(shard, predictions, traces, tmp_path):
    out = tmp_path / "00000.attention.parquet"
    main_of(shard.attention(predictions, traces, out))
    maps = read_records(out, AttentionMap)
    ids = [sample.sample_id for sample in shard.samples[:4]]
    assert list(dict.fromkeys(one.sample_id for one in maps)) == ids
    mine = [one for one in maps if one.sample_id == ids[0]]
    # Two steps: the start, the last step, and the baseline's reply.
    names = [("think", step, token) for step in (-1, 1) for token in range(4)]
    assert [(one.source, one.step, one.token) for one in mine] == [*names, ("reply", None, None)]
    assert all(0 < sum(one.attention) < 1 for one in maps)
    assert all(len(one.attention) == one.grid_rows * one.grid_columns for one in maps)
    embeddings = read_records(tmp_path / "embeddings.parquet", Embedding)
    assert {one.kind for one in embeddings} == {"text", "image", "think"}
    assert read_provenance(out, AttentionMap)["seed"] == 42


def test_an_optimisation_that_is_not_the_run_s_is_no_measure_of_it(
    shard, predictions, traces, tmp_path
):
    steps = read_records(traces, TraceStep)
    wrong = steps[2].model_copy(update={"candidate_reward": steps[2].candidate_reward + 0.01})
    changed = tmp_path / "00000.traces.parquet"
    write_records(changed, TraceStep, [*steps[:2], wrong, *steps[3:]], {})
    out = tmp_path / "00000.attention.parquet"
    main_of(shard.attention(predictions, changed, out))
    found = {one.sample_id for one in read_records(out, AttentionMap)}
    assert found == {sample.sample_id for sample in shard.samples[:4]} - {wrong.sample_id}
    note = json.loads((tmp_path / "00000.attention.failed.json").read_text())
    assert list(note["failed"]) == [wrong.sample_id]
    assert "the reward of step 0 must be the run's" in note["failed"][wrong.sample_id]
