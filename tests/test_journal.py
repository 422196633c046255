import subprocess
import sys
import time

import pytest

from dmlr.errors import RecordError
from dmlr.methods.answer import Answer
from dmlr.methods.journal import Journal
from dmlr.records import Prediction

DIGEST = "d" * 64


def answer(name):
    return Answer(Prediction(sample_id=name, status="ok", text=f"reply to {name}"), trace=[])


def write(folder, *names):
    with Journal.opened(folder, "00003", DIGEST, Answer) as journal:
        for name in names:
            journal.add(f"key-{name}", answer(name))


def read(folder, digest=DIGEST):
    with Journal.opened(folder, "00003", digest, Answer) as journal:
        return {key: found.prediction.text for key, found in journal.entries.items()}


def test_finished_samples_are_there_after_a_restart(tmp_path):
    write(tmp_path, "a", "b")
    write(tmp_path, "c")
    assert read(tmp_path) == {"key-a": "reply to a", "key-b": "reply to b", "key-c": "reply to c"}


@pytest.mark.parametrize("cut", [1, 17])
def test_a_line_cut_by_a_kill_is_dropped_and_written_again(tmp_path, cut):
    write(tmp_path, "a", "b")
    path = tmp_path / f"00003.{DIGEST[:16]}.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    assert read(tmp_path) == {"key-a": "reply to a"}
    write(tmp_path, "b")
    assert read(tmp_path) == {"key-a": "reply to a", "key-b": "reply to b"}
    assert path.read_bytes().count(b"\n") == 3


def test_other_settings_have_a_journal_of_their_own(tmp_path):
    write(tmp_path, "a")
    assert read(tmp_path, digest="e" * 64) == {}
    assert read(tmp_path) == {"key-a": "reply to a"}


def test_a_journal_under_a_wrong_name_is_refused(tmp_path):
    write(tmp_path, "a")
    path = tmp_path / f"00003.{DIGEST[:16]}.jsonl"
    path.rename(tmp_path / f"00003.{'e' * 16}.jsonl")
    with pytest.raises(RecordError, match=r"jsonl: head must be .* remove the file"):
        read(tmp_path, digest="e" * 64)


def test_a_second_process_waits_until_the_first_lets_go(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from tests.test_journal import *\n"
        "with Journal.opened(Path(sys.argv[1]), '00003', DIGEST, Answer) as journal:\n"
        "    print('open', flush=True); time.sleep(1); journal.add('key-a', answer('a'))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "open\n"
        started = time.monotonic()
        assert read(tmp_path) == {"key-a": "reply to a"}
        assert time.monotonic() - started > 0.3


def test_completed_makes_only_what_is_missing_and_tries_what_failed_again(tmp_path, capsys):
    keys = {name: f"key-{name}" for name in "abc"}
    failed = Answer(Prediction(sample_id="c", status="failed", error="too hot"), trace=[])
    asked = []

    def work(missing, keep):
        asked.append(missing)
        for name in sorted(missing):
            keep(failed if name == "c" and len(asked) == 1 else answer(name))

    write(tmp_path, "b")
    for _ in range(2):
        with Journal.opened(tmp_path, "00003", DIGEST, Answer) as journal:
            found = journal.completed("reason shard", keys, work)
    assert asked == [{"a", "c"}, {"c"}]
    assert [entry.prediction.text for entry in found] == ["reply to a", "reply to b", "reply to c"]
    assert "reason shard: 3 samples, 1 already in the journal" in capsys.readouterr().err


def flipped(content, place, bit=0):
    """The content with one bit of one byte turned over."""
    return content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def test_a_flipped_bit_costs_its_own_sample_and_never_changes_an_answer(tmp_path, capsys):
    write(tmp_path, "a", "b", "c")
    path = tmp_path / f"00003.{DIGEST[:16]}.jsonl"
    whole = path.read_bytes()
    head, first, second, third = whole.splitlines(keepends=True)
    begins = len(head) + len(first)
    others = {"key-a": "reply to a", "key-c": "reply to c"}
    for place in range(begins, begins + len(second) - 1, 13):
        path.write_bytes(flipped(whole, place, place % 8))
        assert read(tmp_path) == others
    assert path.read_bytes() == head + first + third
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == f"{path}: lines 3 are not as they were written; done again"
    write(tmp_path, "b")
    assert read(tmp_path) == {**others, "key-b": "reply to b"}


def test_a_flipped_bit_in_the_head_or_at_a_line_s_end_loses_no_more_than_the_lines_that_it_touches(
    tmp_path,
):
    write(tmp_path, "a", "b", "c")
    path = tmp_path / f"00003.{DIGEST[:16]}.jsonl"
    whole = path.read_bytes()
    head, first, *_ = whole.splitlines(keepends=True)
    path.write_bytes(flipped(whole, len(head) // 2))
    assert list(read(tmp_path)) == ["key-a", "key-b", "key-c"]
    assert path.read_bytes() == whole
    path.write_bytes(flipped(whole, len(head) + len(first) - 1))  # a and b become one line
    assert list(read(tmp_path)) == ["key-c"]


def test_what_a_power_cut_left_of_the_last_line_is_cut_off_without_a_word(tmp_path, capsys):
    write(tmp_path, "a", "b")
    path = tmp_path / f"00003.{DIGEST[:16]}.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] + bytes(40))  # a block that was never written reads as noughts
    assert list(read(tmp_path)) == ["key-a"]
    assert whole.startswith(path.read_bytes())
    assert capsys.readouterr().err == ""
