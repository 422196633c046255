"""Digests of weights: what they cover, and that a file which did not change is read once."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dmlr.checkpoint import processing_digest
from dmlr.digests import SAID, kept_digest
from dmlr.files import digest, file_digest
from dmlr.weights import weights_digest
from tests.test_checkpoint import JSONS


@pytest.fixture
def copy(checkpoint, tmp_path):
    return shutil.copytree(checkpoint, tmp_path / "model")


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """The user's folder of digests, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "dmlr" / "digests"


def rewrite(path):
    """Change one bit and nothing that a listing shows."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def touch(path):
    found = path.stat()
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 1))


def test_the_digest_of_weights_changes_with_one_bit(copy):
    before = weights_digest(copy)
    rewrite(copy / "model.safetensors")
    touch(copy / "model.safetensors")
    assert weights_digest(copy) != before


def test_the_digest_is_of_configuration_and_weights(copy, cache):
    names = ("config.json", "model.safetensors")
    expected = digest([[name, file_digest(copy / name)] for name in names])
    assert weights_digest(copy) == expected
    assert weights_digest(copy) == expected
    assert [path.suffix for path in sorted(cache.iterdir())] == [".json", ".lock"]
    assert processing_digest(copy) == digest(
        [
            [name, file_digest(copy / name)]
            for name in (*JSONS[1:], "chat_template.jinja")
        ]
    )  # fmt: skip


def test_large_weights_are_read_once(copy):
    weights = copy / "model.safetensors"
    before = kept_digest(weights)
    rewrite(weights)
    assert kept_digest(weights) == before
    touch(weights)
    assert kept_digest(weights) == file_digest(weights) != before


def test_another_file_of_the_same_size_and_time_in_its_place_is_read(copy):
    weights = copy / "model.safetensors"
    before = kept_digest(weights)
    other = copy / "other"
    shutil.copy2(weights, other)
    rewrite(other)
    other.rename(weights)
    assert kept_digest(weights) == file_digest(weights) != before


def test_files_of_one_size_and_time_at_two_places_are_two(copy, cache):
    weights = copy / "model.safetensors"
    other = copy / "other.safetensors"
    shutil.copy2(weights, other)
    rewrite(other)
    one, two = weights.stat(), other.stat()
    assert (one.st_size, one.st_mtime_ns) == (two.st_size, two.st_mtime_ns)
    for file in (weights, other, weights):
        assert kept_digest(file) == file_digest(file)
    assert kept_digest(weights) != kept_digest(other)
    assert len(list(cache.glob("*.json"))) == 2


def test_a_file_that_moved_is_read_again(copy):
    before = kept_digest(copy / "model.safetensors")
    moved = (copy / "model.safetensors").rename(copy / "moved.safetensors")  # of the same inode
    rewrite(moved)
    assert kept_digest(moved) == file_digest(moved) != before


def test_a_link_is_known_by_what_it_points_to(copy):
    weights = copy / "model.safetensors"
    (copy / "link").symlink_to(weights)
    before = kept_digest(copy / "link")
    rewrite(weights)
    assert kept_digest(weights) == before


def test_small_files_are_always_read(tmp_path, cache):
    small = tmp_path / "small"
    small.write_bytes(bytes(1000))
    before = kept_digest(small)
    rewrite(small)
    assert kept_digest(small) == file_digest(small) != before
    assert not cache.exists()


@pytest.mark.parametrize(
    "content", [b"", b'{"key": [', b"[]", b"{}", b'{"key": [1], "sha256": "x"}', b"\xff", None]
)
def test_an_entry_that_is_none_is_made_again(copy, cache, content):
    weights = copy / "model.safetensors"
    expected = kept_digest(weights)
    (entry,) = cache.glob("*.json")
    good = json.loads(entry.read_text())
    if content is None:
        content = json.dumps(good | {"sha256": "not a digest"}).encode()
    entry.write_bytes(content)
    assert kept_digest(weights) == expected
    assert json.loads(entry.read_text()) == good


def test_a_cache_that_cannot_be_written_costs_only_time(copy, monkeypatch, tmp_path):
    weights = copy / "model.safetensors"
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert kept_digest(weights) == file_digest(weights)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    assert kept_digest(weights) == file_digest(weights)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert kept_digest(weights) == file_digest(weights)
    assert len(list((tmp_path / "home/.cache/dmlr/digests").glob("*.json"))) == 1


def test_of_processes_that_start_together_one_reads(tmp_path, cache):
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(SAID + 2**20)  # a hole, which takes no place on the disk
    program = "import sys; from dmlr.digests import *; print(kept_digest(Path(sys.argv[1])))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(large)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    found = [process.communicate() for process in processes]
    said = f"hashing {large} once (257.0 MiB); its digest is kept in {cache}\n"
    assert sorted(stderr for _, stderr in found) == ["", "", said]
    assert {stdout for stdout, _ in found} == {f"{file_digest(large)}\n"}
    assert Path(large).stat().st_blocks < 2**20 // 512
