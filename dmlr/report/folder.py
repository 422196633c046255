"""The folder of the pages: parts that are made anew only where what they come from has changed."""

import filecmp
import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from dmlr.errors import RecordError
from dmlr.files import replacing, write_json, write_text
from dmlr.report.text import bare_name

MADE = ".made.json"  # in the folder of a part: what it was made from, and its files


def write_changed(path: Path, text: str) -> bool:
    """Write a text where the file does not hold it yet; True where it was written."""
    try:
        if path.read_bytes() == text.encode():
            return False
    except OSError:
        pass
    write_text(path, text)
    return True


def copy_changed(source: Path, copy: Path) -> None:
    """Copy a file where the copy does not hold the same yet.

    Raises:
        RecordError: the file cannot be read.
    """
    try:
        if copy.exists() and filecmp.cmp(source, copy, shallow=False):
            return
        with replacing(copy) as temporary:
            shutil.copyfile(source, temporary)
    except OSError as error:
        raise RecordError(f"{source}: cannot be read ({error}); run snakemake again") from None


def part(folder: Path, key: str, texts: Callable[[], Iterable[tuple[str, str]]]) -> bool:
    """Make a folder of files, unless it is there as made from what ``key`` is the digest of.

    What was made is noted last and forgotten first, so that a part that was broken off is made again.
    A file that would be as it is stays as it is.

    Args:
        folder: of the part; nothing else may be in it.
        key: digest of all that the part comes from, code included.
        texts: makes the files: name and text, one after the other.

    Returns:
        True where the part was made.
    """
    if _stands(folder, key):
        return False
    (folder / MADE).unlink(missing_ok=True)
    names = []
    for name, text in texts():
        write_changed(folder / bare_name(name, "name of a data file"), text)
        names.append(name)
    remove_others(folder, "*.js", names)
    write_json(folder / MADE, {"key": key, "files": names})
    return True


def remove_others(folder: Path, pattern: str, names: Iterable[str]) -> None:
    """Remove the files of a folder that the pattern finds, but those of the names."""
    kept = set(names)
    for path in folder.glob(pattern):
        if path.name not in kept and path.is_file():
            path.unlink()


def remove_other_parts(folder: Path, names: Iterable[str]) -> None:
    """Remove the parts in a folder, but those of the names."""
    kept = set(names)
    for made in folder.glob(f"*/{MADE}"):
        if made.parent.name not in kept:
            made.unlink()
            remove_others(made.parent, "*.js", ())
            _remove_empty(made.parent)


def _stands(folder: Path, key: str) -> bool:
    try:
        made = json.loads((folder / MADE).read_bytes())
        return bool(made["key"] == key) and all((folder / name).is_file() for name in made["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError as error:
        raise RecordError(
            f"{folder}: must hold nothing but data of the report ({error}); move the rest away"
        ) from None
