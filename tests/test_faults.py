"""Disks, files and schedulers that fail under the reason stage: no wrong number, no finished sample lost.

test_kill.py has the same for the workflow, test_journal.py, test_records.py and test_feature_file.py for
each kind of file, test_judge_kill.py for judges.
"""

import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from dmlr.errors import RecordError
from dmlr.vlm.features import read_manifest
from tests.disks import read_only, small
from tests.measuring import Shard, answered, journal_of, main_of

DMLR = Path(sys.executable).with_name("dmlr")
LOST = "nothing written before is lost"


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    return Shard(tmp_path_factory.mktemp("shard"))


@pytest.fixture(scope="module")
def whole(shard):
    """The predictions that nothing disturbs."""
    out = shard.folder / "whole" / "00000.predictions.parquet"
    main_of(shard.reason("dmlr-paper", out))
    return out


@pytest.fixture
def copied(whole, tmp_path):
    """The same in a folder of the test's own."""
    shutil.copytree(whole.parent, tmp_path / "copy")
    return tmp_path / "copy" / whole.name


def entries(out):
    """The journal's lines; none before it begins."""
    path = journal_of(out)
    return path.read_bytes().splitlines(keepends=True) if path else []


def goes_on(shard, out, before, whole):
    """Run it again: what was finished stands as it was, the rest is done once, and all is as undisturbed."""
    main_of(shard.reason("dmlr-paper", out))
    after = entries(out)
    kept = [line for line in before if line.endswith(b"\n")]
    assert after[: len(kept)] == kept
    keys = [json.loads(line)["key"] for line in after[1:]]
    assert len(keys) == len(set(keys)) == 7
    assert answered(out) == answered(whole)


@contextmanager
def small_disk(folder, size):
    with small(folder, size) as enlarge:
        yield enlarge


@contextmanager
def small_files(folder, size):
    """No file may have more bytes, which is how a quota looks; it needs no right to mount anything."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def lift():
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield lift
    finally:
        lift()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(small_disk, "No space left on device"), (small_files, "File too large")],
)
def test_a_disk_that_is_full_is_one_line_and_what_fitted_is_kept(
    shard, whole, tmp_path, capsys, fault, reason
):
    out = tmp_path / "disk" / whole.name
    with fault(out.parent, len(b"".join(entries(whole))) * 3 // 5) as mend:
        main_of(shard.reason("dmlr-paper", out), code=1)
        before = entries(out)
        mend()
        assert 3 < len(before) < 8
        said = capsys.readouterr().err
        assert said.splitlines()[-1] == (
            f"dmlr: error: {journal_of(out)}: must be a file that can be written, got {reason}; mend that "
            f"and run again; {LOST}"
        )
        assert "Traceback" not in said
        goes_on(shard, out, before, whole)


def test_a_folder_that_is_read_only_is_one_line_and_stays_as_it_is(shard, whole, copied, capsys):
    before = {path: path.read_bytes() for path in copied.parent.rglob("*") if path.is_file()}
    with read_only(copied.parent):
        main_of(shard.reason("dmlr-paper", copied), code=1)
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith(f"dmlr: error: {copied.parent}/")
    assert said.splitlines()[-1].endswith(f"; mend that and run again; {LOST}")
    assert "must be a file that can be written, got " in said
    assert "Traceback" not in said
    assert {path: path.read_bytes() for path in before} == before
    goes_on(shard, copied, entries(whole), whole)


def test_damaged_features_are_made_again_and_change_no_answer(shard, whole, tmp_path, capsys):
    out = tmp_path / whole.name
    before = {path: path.read_bytes() for path in sorted(shard.store.glob("*.safetensors"))}
    flipped, cut, gone = list(before)[:3]
    content = bytearray(before[flipped])
    content[-1] ^= 1  # of a number
    flipped.write_bytes(content)
    cut.write_bytes(before[cut][:-1])
    gone.unlink()
    main_of(shard.reason("dmlr-paper", out))
    assert answered(out) == answered(whole)
    assert {path: path.read_bytes() for path in before} == before
    said = capsys.readouterr().err
    for path in (flipped, cut, gone):
        assert f"{path}: must " in said
    assert said.count("; made again from its picture\n") == 3
    assert f"{flipped}: must have the SHA-256 that it carries, has another; made" in said


def test_a_flipped_bit_in_a_finished_sample_answers_it_again(shard, whole, copied, capsys):
    before = entries(whole)
    line = before[3]
    place = line.index(b'"best_reward": ') + len(b'"best_reward": -0.1')
    wrong = line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :]
    assert json.loads(wrong) != json.loads(line)  # another number, and nothing else amiss
    journal_of(copied).write_bytes(b"".join([*before[:3], wrong, *before[4:]]))
    copied.unlink()
    goes_on(shard, copied, [*before[:3], *before[4:]], whole)
    said = capsys.readouterr().err
    assert f"{journal_of(copied)}: lines 4 are not as they were written; done again\n" in said
    assert "7 samples, 6 already in the journal" in said


def test_a_flipped_bit_in_predictions_is_one_line_and_they_come_from_the_journal_again(
    shard, whole, copied, run_dmlr, capsys
):
    content = bytearray(copied.read_bytes())
    content[len(content) // 3] ^= 4
    copied.write_bytes(content)
    measured = copied.with_name("00000.chains.parquet")
    main_of(shard.chains(copied, measured), code=1)
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"dmlr: error: {copied}: must have the SHA-256 that it carries, has another: a part of it changed on "
        "the disk; remove it and run again"
    )
    copied.unlink()
    goes_on(shard, copied, entries(whole), whole)
    said = capsys.readouterr().err
    assert "7 samples, 7 already in the journal" in said
    assert "loading" not in said  # no model


def test_a_flipped_bit_in_a_manifest_is_one_line(shard, tmp_path):
    whole = shard.manifest.read_bytes()
    model = {name: json.loads(whole)["model"][name] for name in ("weights", "processing")}
    path = tmp_path / "00000.json"
    for place in range(0, len(whole), 7):
        path.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << place % 7]) + whole[place + 1 :]
        )
        with pytest.raises(RecordError, match=r"00000\.json: .* again$"):
            read_manifest(path, model)
    path.write_bytes(whole)
    assert read_manifest(path, model) == json.loads(whole)["features"]


def test_a_picture_that_changed_since_it_was_prepared_is_not_encoded(shard, tmp_path, capsys):
    picture = shard.pictures / shard.samples[0].image.file
    content = picture.read_bytes()
    picture.write_bytes(content + b"\0")  # still a picture
    try:
        main_of(shard.features(tmp_path / "store", tmp_path / "00000.json"), code=1)
    finally:
        picture.write_bytes(content)
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"dmlr: error: {picture}: image must be the one that was prepared, a part of it changed on the disk; "
        "remove its benchmark's folder to prepare it again"
    )
    assert not (tmp_path / "00000.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "kill -9"])
def test_a_job_that_is_ended_keeps_what_is_finished_and_the_next_goes_on(
    shard, whole, tmp_path, number
):
    out = tmp_path / "run" / whole.name
    command = [str(DMLR), *map(str, shard.reason("dmlr-paper", out))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while len(entries(out)) < 3:  # the head and two samples
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.005)
        process.send_signal(number)
        said = process.stderr.read()
    before = entries(out)
    assert 3 <= len(before) < 8
    assert not out.exists()
    assert "Traceback" not in said
    if number == signal.SIGTERM:
        assert process.returncode == 128 + signal.SIGTERM
        line = "dmlr: ended by SIGTERM; run the same again: what was finished is kept"
        assert said.splitlines()[-1] == line
        assert not [path for path in out.parent.rglob(".*") if path.is_file()]
    goes_on(shard, out, before, whole)
