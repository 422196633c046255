import os

import pytest

from dmlr.files import canonical, replacing, write_text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    write_text(path, "whole")
    with pytest.raises(ValueError, match="disk full"):
        fail_while_writing(path)
    assert path.read_text() == "whole"
    assert os.listdir(tmp_path) == ["table.csv"]


def fail_while_writing(path):
    with replacing(path) as temporary:
        temporary.write_text("half")
        raise ValueError("disk full")


def test_a_written_file_has_the_usual_permissions(tmp_path):
    before = os.umask(0o022)
    try:
        write_text(tmp_path / "a" / "b.txt", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "a" / "b.txt").stat().st_mode & 0o777 == 0o644


def test_canonical_json_has_one_spelling():
    assert canonical({"b": 1, "a": [2.0, "é"]}) == '{"a":[2.0,"é"],"b":1}'
