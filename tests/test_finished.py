"""Finished samples by content: found by their digest whatever shard they were in, never as what they are not."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from dmlr.cache.finished import Finished
from dmlr.methods.answer import Answer
from dmlr.methods.journal import Journal
from tests.test_journal import DIGEST, answer

ABOUT = {"profile": {"method": "vanilla"}, "seed": 3}


@pytest.fixture
def finished(tmp_path):
    return Finished(tmp_path / "cache", "answers", ABOUT, "a model")


def completed(folder, shard, names, finished):
    """What a shard of the samples ends with, and which of them it had to work on."""
    worked = []

    def work(missing, keep):
        worked.extend(sorted(missing))
        for name in worked:
            keep(answer(name))

    keys = {name: f"key-{name}" for name in names}
    with Journal.opened(folder, shard, DIGEST, Answer, finished) as journal:
        found = journal.completed(shard, keys, work)
    return [one.prediction.text for one in found], worked


def changed(path, statement):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)


def test_another_cut_into_shards_finds_every_sample_and_has_it_in_its_journal(
    tmp_path, finished, capsys
):
    completed(tmp_path / "a", "00000", "abc", finished)
    completed(tmp_path / "a", "00001", "de", finished)
    texts, worked = completed(tmp_path / "b", "00000", "bcdf", finished)
    assert texts == [f"reply to {name}" for name in "bcdf"]
    assert worked == ["f"]
    assert "00000: 4 samples, 0 already in the journal, 3 in the cache" in capsys.readouterr().err
    finished.path.unlink()  # the directory does without the cache from now on
    assert completed(tmp_path / "b", "00000", "bcdf", finished) == (texts, [])


def test_other_settings_find_nothing(tmp_path, finished):
    completed(tmp_path / "a", "00000", "ab", finished)
    other = Finished(finished.cache, "answers", {**ABOUT, "seed": 4}, "a model")
    assert completed(tmp_path / "b", "00000", "ab", other)[1] == ["a", "b"]


def test_the_same_weights_under_another_name_are_the_same_model(tmp_path):
    said = {"checkpoint": "org/model", "revision": "c0ffee", "offline": False, "dtype": "float32"}
    produced = {"model": said, "weights": "w", "seed": 3}
    local = {**said, "checkpoint": "/data/model", "revision": None, "offline": True}
    one = Finished.of(tmp_path, "answers", produced, "cpu, AVX2")
    other = Finished.of(tmp_path, "answers", {**produced, "model": local}, "cpu, AVX2")
    assert one.path == other.path
    for changed in ({"model": {**said, "dtype": "bfloat16"}}, {"weights": "v"}, {"seed": 4}):
        assert Finished.of(tmp_path, "answers", produced | changed, "cpu, AVX2").path != one.path
    assert Finished.of(tmp_path, "answers", produced, "cpu, AVX512").path != one.path


def test_what_a_journal_had_before_there_was_a_cache_goes_into_it(tmp_path, finished):
    completed(tmp_path / "a", "00000", "ab", None)
    completed(tmp_path / "a", "00000", "ab", finished)
    assert completed(tmp_path / "b", "00000", "ab", finished)[1] == []


def test_an_entry_that_is_not_what_was_written_is_done_again_and_mended(tmp_path, finished, capsys):
    completed(tmp_path / "a", "00000", "ab", finished)
    changed(
        finished.path,
        "UPDATE entries SET line = CAST(replace(line, 'reply to a', 'reply to z') AS BLOB)",
    )
    texts, worked = completed(tmp_path / "b", "00000", "ab", finished)
    assert (texts, worked) == (["reply to a", "reply to b"], ["a"])
    told = capsys.readouterr().err
    assert f"{finished.path}: 1 entries are not what was written and are dropped" in told
    assert completed(tmp_path / "c", "00000", "ab", finished)[1] == []


def test_an_entry_under_another_key_does_not_count(tmp_path, finished):
    completed(tmp_path / "a", "00000", "a", finished)
    changed(finished.path, "UPDATE entries SET key = 'key-b'")
    assert completed(tmp_path / "b", "00000", "b", finished) == (["reply to b"], ["b"])


def test_a_damaged_file_costs_time_and_is_said(tmp_path, finished, capsys):
    completed(tmp_path / "a", "00000", "ab", finished)
    finished.path.write_bytes(b"not a database, whatever its name says" * 30)
    assert completed(tmp_path / "b", "00000", "ab", finished)[1] == ["a", "b"]
    lines = capsys.readouterr().err.splitlines()
    wanted = re.escape(f"{finished.path}: cannot be used (file is not a database)")
    assert [line for line in lines if re.match(wanted, line)]


def test_a_file_under_the_name_of_other_settings_is_not_used(tmp_path, finished, capsys):
    completed(tmp_path / "a", "00000", "ab", finished)
    other = Finished(finished.cache, "answers", {**ABOUT, "seed": 4}, "a model")
    finished.path.rename(other.path)
    assert completed(tmp_path / "b", "00000", "ab", other)[1] == ["a", "b"]
    assert "it holds the entries of other settings" in capsys.readouterr().err


def test_failed_samples_are_not_shared(tmp_path, finished):
    from dmlr.records import Prediction

    failed = Answer(Prediction(sample_id="a", status="failed", error="too hot"), trace=[])
    with Journal.opened(tmp_path / "a", "00000", DIGEST, Answer, finished) as journal:
        journal.completed("shard", {"a": "key-a"}, lambda missing, keep: keep(failed))
    assert finished.known(["key-a"]) == {}


def test_processes_that_add_and_look_at_once_lose_nothing(tmp_path, finished):
    program = (
        "import sys; from pathlib import Path; from tests.test_finished import *\n"
        "finished = Finished(Path(sys.argv[1]), 'answers', ABOUT, 'a model')\n"
        "for number in range(40):\n"
        "    keys = [f'{sys.argv[2]}-{number}', f'both-{number}']\n"
        "    finished.add(keys, lambda key: {'of': key})\n"
        "    assert finished.known(keys) == {key: {'of': key} for key in keys}\n"
    )
    command = [sys.executable, "-c", program, str(finished.cache)]
    started = [subprocess.Popen([*command, name]) for name in ("first", "second", "third")]
    assert [process.wait() for process in started] == [0, 0, 0]
    names = ("first", "second", "third", "both")
    keys = [f"{name}-{number}" for name in names for number in range(40)]
    assert finished.known(keys) == {key: {"of": key} for key in keys}
