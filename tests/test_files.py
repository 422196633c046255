import os

import pytest

from dmlr.errors import DiskError
from dmlr.files import canonical, replacing, write_text
from tests.disks import read_only, small


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


def test_a_full_disk_is_one_line_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "disk" / "table.csv"
    with small(path.parent, 2**16):
        write_text(path, "whole")
        with pytest.raises(DiskError) as error:
            write_text(path, "x" * 2**17)
        assert path.read_text() == "whole"
        assert os.listdir(path.parent) == ["table.csv"]
    assert str(error.value) == (
        f"{path}: must be a file that can be written, got No space left on device; mend that and run "
        "again; nothing written before is lost"
    )


def test_a_folder_that_is_read_only_is_one_line(tmp_path):
    write_text(tmp_path / "a" / "table.csv", "whole")
    for path in (tmp_path / "a" / "table.csv", tmp_path / "a" / "b" / "table.csv"):
        with (
            read_only(tmp_path / "a"),
            pytest.raises(DiskError, match=r"table\.csv: must be a file that can be written, got "),
        ):
            write_text(path, "other")
    assert (tmp_path / "a" / "table.csv").read_text() == "whole"


def test_a_written_file_has_the_usual_permissions(tmp_path):
    before = os.umask(0o022)
    try:
        write_text(tmp_path / "a" / "b.txt", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "a" / "b.txt").stat().st_mode & 0o777 == 0o644


def test_canonical_json_has_one_spelling():
    assert canonical({"b": 1, "a": [2.0, "é"]}) == '{"a":[2.0,"é"],"b":1}'
